package ambit.drivers;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PublicHostTest {
    @ParameterizedTest
    @ValueSource(
            strings = {"example.com", "cdn.pictures.example", "93.184.216.34", "[2606:2800:220:1::1]", "1e100.net"})
    void theWebIsPublic(String host) {
        assertThat(PublicHost.is(host)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "localhost",
                "models",
                "models.internal",
                "printer.local",
                "redis.default.svc",
                "db.localdomain",
                "198.18.0.1",
                "192.0.0.8",
                "a.localhost",
                "127.0.0.1",
                "127.1",
                "2130706433",
                "0x7f000001",
                "0x7f.0.0.1",
                "0177.0.0.1",
                "10.0.0.1",
                "172.16.3.4",
                "192.168.1.1",
                "169.254.169.254",
                "0.0.0.0",
                "100.64.0.1",
                "224.0.0.1",
                "999.1.1.1",
                "[::1]",
                "[::]",
                "[fe80::1]",
                "[fc00::1]",
                "[fd12::1]",
                "[::ffff:127.0.0.1]",
                "[::127.0.0.1]",
                "[64:ff9b::7f00:1]",
                "[2002:7f00:1::]",
                "[2001:0:1::]",
                ""
            })
    void theMachineAndItsNetworkAreNot(String host) {
        assertThat(PublicHost.is(host)).isFalse();
    }
}
