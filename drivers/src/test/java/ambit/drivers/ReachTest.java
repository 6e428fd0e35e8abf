package ambit.drivers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ambit.wire.Blob;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ReachTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "localhost",
                "127.0.0.1",
                "10.1.2.3",
                "172.16.0.1",
                "192.168.1.1",
                "169.254.169.254",
                "100.100.100.200",
                "0.0.0.0",
                "0.1.2.3",
                "198.18.0.1",
                "192.0.0.192",
                "224.0.0.1",
                "255.255.255.255",
                "::1",
                "fe80::1",
                "fd00:ec2::254",
                "::ffff:127.0.0.1",
                "64:ff9b::7f00:1",
                "2002:7f00:1::",
                "2001:0:1::",
                "fec0::1"
            })
    void innerAddressesAreNotReachedUnlessTheOperatorMeantThem(String address) throws UnknownHostException {
        assertThat(Reach.isPublic(InetAddress.getByName(address))).isFalse();
        assertThatThrownBy(() -> new Reach(false).of(address, 443))
                .isInstanceOf(DriverFailure.class)
                .hasMessageContaining("inner address");
    }

    @ParameterizedTest
    @ValueSource(strings = {"1.1.1.1", "100.128.0.1", "172.32.0.1", "192.1.0.1", "2606:4700::1111", "2001:4860::8888"})
    void publicAddressesAreReached(String address) throws DriverFailure {
        assertThat(new Reach(false).of(address, 443)).hasSize(1);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "169.254.169.254",
                "fe80::1",
                "0.0.0.0",
                "224.0.0.1",
                "fd00:ec2::254",
                "100.100.100.200",
                "192.0.0.192"
            })
    void whereCloudsServeCredentialsIsNeverReached(String address) {
        assertThatThrownBy(() -> new Reach(true).of(address, 80)).isInstanceOf(DriverFailure.class);
    }

    @Test
    void anInnerAddressThatTheOperatorMeantIsReached() throws DriverFailure {
        assertThat(new Reach(true).of("127.0.0.1", 80)).hasSize(1);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "v1",
                "/v1/../admin",
                "/v1/.",
                "/v1//x",
                "/v1/%2e%2e/admin",
                "/v1/%2E%2E/admin",
                "/v1/%2Fx",
                "/v1/%252e",
                "/v1\\\\x",
                "/v1;x=1",
                "/v1?x",
                "/v1#x",
                "http://other/v1",
                "/%41",
                "/a\\r\\nHost: other",
                "//other/v1",
                "/ä"
            })
    void aPathHasOneSpelling(String path) {
        assertThatThrownBy(() -> parse("{\"path\":\"" + path + "\"}")).isInstanceOf(DriverFailure.class);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"path\":\"/\",\"host\":\"other\"}",
                "{\"path\":\"/\",\"query\":\"a b\"}",
                "{\"path\":\"/\",\"headers\":{\"Accept\":\"a\",\"accept\":\"b\"}}",
                "{\"path\":\"/\",\"headers\":{\"Accept\":\"a\\r\\nHost: other\"}}",
                "{\"path\":\"/\",\"body\":\"a\",\"bodyBase64\":\"YQ==\"}",
                "{\"path\":1}",
                "[]"
            })
    void whatIsNoPlainRequestIsRefused(String params) {
        assertThatThrownBy(() -> parse(params)).isInstanceOf(DriverFailure.class);
    }

    @Test
    void aPlainRequestIsReadAsItIsMeant() throws DriverFailure {
        HttpCall call = parse("{\"method\":\"POST\",\"path\":\"/v1/a%20b/\",\"query\":\"x=%2F\",\"body\":\"hi\"}");
        assertThat(call.path()).isEqualTo("/v1/a%20b/");
        assertThat(call.body()).isEqualTo(Blob.of("hi".getBytes(StandardCharsets.UTF_8)));
    }

    private static HttpCall parse(String params) throws DriverFailure {
        return HttpCall.parse(Kernel.json(params));
    }
}
