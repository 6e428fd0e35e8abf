package ambit.architecture;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ProvableSubsetTest {

    @Test
    void theDecisionKernelIsWithinTheSubset() {
        List<String> breaches = new ArrayList<>();
        for (Path source : Repository.sources("decision")) {
            String file = source.getFileName().toString();
            if (!file.equals("module-info.java")) {
                breaches.addAll(ProvableSubset.breaches(file, Repository.read(source)));
            }
        }
        assertThat(breaches).isEmpty();
    }

    @Test
    void whatKeYProvesIsWithinTheSubset() {
        String source = """
                package p;

                /** A type. */
                public final class A implements I {
                    private static final int SIZE = 3;
                    /*@ spec_public @*/ private final long[] counts = new long[SIZE];
                    enum Colour { RED, GREEN }
                    interface Shape { int area(); }

                    /*@ public normal_behavior
                      @ ensures \\result >= 0; @*/
                    @Override
                    public int f(int x, byte[] bytes, Colour colour) {
                        int sum = 0;
                        for (int i = 0; i < bytes.length; i++) {
                            sum += bytes[i] & 0xff;
                        }
                        while (sum > 100) {
                            sum = sum >>> 1;
                        }
                        switch (colour) {
                            case RED:
                                return sum;
                            default:
                                break;
                        }
                        if (counts[0] == 0L || !(x > 1)) {
                            throw new IllegalStateException("never");
                        }
                        return x > 0 ? x : -x;
                    }
                }
                """;
        assertThat(ProvableSubset.breaches("A.java", source)).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "record R(int a) {}                                          | record",
                "class A {}                                                  | class that is not final",
                "abstract class A {}                                         | class that is not final",
                "final class A extends B {}                                  | class that extends another",
                "final class A<T> {}                                         | type_parameter",
                "final class A { <T> void f() {} }                           | type parameter",
                "final class A { java.util.List<String> f; }                 | parameterized_type",
                "final class A { Runnable f = () -> {}; }                    | lambda_expression",
                "final class A { Runnable f = A::g; }                        | member_reference",
                "final class A { void f() { var x = 1; } }                   | var",
                "final class A { void f() { final var x = 1; } }             | var",
                "sealed interface I permits A {}                             | modifier sealed",
                "non-sealed interface I extends J {}                         | modifier non-sealed",
                "final class A { int f(int x) { return switch (x) { default -> 1; }; } }    | switch_expression",
                "final class A { void f(int x) { switch (x) { case 1 -> f(2); } } }         | case with an arrow",
                "final class A { void f(int x) { switch (x) { case 1, 2: f(2); } } }        | case with several labels",
                "final class A { void f(Object x) { switch (x) { case String s: f(s); } } } | pattern_case_label",
                "final class A { boolean f(Object x) { return x instanceof A; } }           | instance_of",
                "final class A { double f; }                                 | type double",
                "final class A { char f; }                                   | type char",
                "final class A { void f(int... x) {} }                       | variable number of arguments",
                "final class A { Object f = new Object() {}; }               | anonymous class",
                "final class A { void f() { try { f(); } finally { } } }     | try",
                "final class A { void f() { synchronized (this) { } } }      | synchronized",
                "final class A { synchronized void f() { } }                 | modifier synchronized",
                "final class A { volatile int f; }                           | modifier volatile",
                "final class A { native int f(); }                           | modifier native",
                "@Deprecated final class A {}                                | annotation other than @Override",
                "import java.util.List; final class A {}                     | import",
                "final class A { void f( { } }                               | syntax error",
            })
    void anythingElseIsABreach(String source, String breach) {
        assertThat(ProvableSubset.breaches("A.java", "package p;\n" + source)).contains("A.java:2: " + breach);
    }

    @Test
    void aTextBlockIsABreach() {
        String source = "package p;\nfinal class A { String f = \"\"\"\n  x\"\"\"; }";
        assertThat(ProvableSubset.breaches("A.java", source)).containsExactly("A.java:2: text block");
    }
}
