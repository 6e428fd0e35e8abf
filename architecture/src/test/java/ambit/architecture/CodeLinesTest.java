package ambit.architecture;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class CodeLinesTest {

    @Test
    void blanksAndCommentsDoNotCount() {
        assertThat(CodeLines.count("")).isZero();
        assertThat(CodeLines.count("\n  \n\t\n")).isZero();
        assertThat(CodeLines.count("// a\n/* b\n c */\n/** d\n * e\n */\n/// f"))
                .isZero();
    }

    @Test
    void importsAndThePackageDoNotCount() {
        assertThat(CodeLines.count("package a.b;\n\nimport static c.D.e;\nimport f.G;\n\nfinal class H {}\n"))
                .isEqualTo(1);
    }

    @Test
    void aLineWithCodeBesideAComment() {
        assertThat(CodeLines.count("int a; // one\n/* x */ int b;\n/* y\n*/ int c;"))
                .isEqualTo(3);
    }

    @Test
    void quotesHideWhatLooksLikeAComment() {
        assertThat(CodeLines.count("s = \"/*\";\nt = \"\\\"//\";\nc = '\"';\nd = '\\'';\nint e;"))
                .isEqualTo(5);
    }

    @Test
    void theLinesOfATextBlockCount() {
        assertThat(CodeLines.count("s = \"\"\"\n  // one \" two\n  /*\n  \"\"\";\nint a;"))
                .isEqualTo(5);
    }
}
