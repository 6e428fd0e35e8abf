package ambit.cli.config;

import static org.assertj.core.api.Assertions.assertThat;

import ambit.cli.config.ConfigFile.Outcome;
import com.networknt.schema.InputFormat;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.dataformat.yaml.YAMLMapper;

/** The schema that editors use and the parser that decides say the same. */
final class SchemaTest {

    private static final Schema SCHEMA = schema();

    @ParameterizedTest
    @MethodSource("good")
    void whatTheParserTakesTheSchemaTakes(String text) {
        assertThat(ConfigFile.parse("f", text)).isInstanceOf(Outcome.Good.class);
        assertThat(complaints(text)).isEmpty();
    }

    @ParameterizedTest
    @MethodSource("bad")
    void whatTheSchemaRefusesTheParserRefuses(String text) {
        assertThat(ConfigFile.parse("f", text)).isInstanceOf(Outcome.Bad.class);
        assertThat(complaints(text)).isNotEmpty();
    }

    @Test
    void theSchemaIsItselfValid() throws IOException {
        SchemaRegistry registry = SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12);
        Schema meta = registry.getSchema(
                com.networknt.schema.SchemaLocation.of("https://json-schema.org/draft/2020-12/schema"));
        assertThat(meta.validate(text(), InputFormat.JSON)).isEmpty();
    }

    static List<String> good() {
        return Corpus.good();
    }

    static List<String> bad() {
        return Corpus.bad();
    }

    private static List<String> complaints(String text) {
        return SCHEMA.validate(new YAMLMapper().readTree(text)).stream()
                .map(error -> error.toString())
                .toList();
    }

    private static Schema schema() {
        return SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12)
                .getSchema(text(), InputFormat.JSON);
    }

    private static String text() {
        try (InputStream in = ConfigFile.class.getResourceAsStream("/ambit/cli/ambit.schema.json")) {
            return new String(in.readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }
}
