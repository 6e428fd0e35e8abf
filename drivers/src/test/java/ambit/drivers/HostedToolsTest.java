package ambit.drivers;

import static org.assertj.core.api.Assertions.assertThat;

import ambit.wire.Blob;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HostedToolsTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "{}",
                "{\"model\":\"m\",\"messages\":[]}",
                "{\"tools\":null,\"web_search_options\":null}",
                "{\"tools\":[]}",
                "{\"tools\":[{\"type\":\"function\",\"function\":{\"name\":\"web_search\"}},{\"type\":\"custom\"}]}",
                "{\"tools\":[{\"type\":\"computer\"},{\"type\":\"apply_patch\"}]}"
            })
    void whatTheAskerCarriesOutIsNotHosted(String params) {
        assertThat(HostedTools.mayBeUsed(Blob.utf8(params))).isFalse();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"tools\":[{\"type\":\"web_search\"}]}",
                "{\"tools\":[{\"type\":\"function\"},{\"type\":\"web_search_preview\"}]}",
                "{\"tools\":[{\"type\":\"image_generation\"}]}",
                "{\"tools\":[{\"type\":\"file_search\"}]}",
                "{\"tools\":[{\"type\":\"nobody knows\"}]}",
                "{\"tools\":[{}]}",
                "{\"tools\":[1]}",
                "{\"tools\":{\"type\":\"function\"}}",
                "{\"web_search_options\":{}}",
                "[]",
                "{"
            })
    void whatTheProviderCarriesOutOrMightIs(String params) {
        assertThat(HostedTools.mayBeUsed(Blob.utf8(params))).isTrue();
    }
}
