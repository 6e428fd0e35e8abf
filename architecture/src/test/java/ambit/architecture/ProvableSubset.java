package ambit.architecture;

import com.sun.source.tree.AnnotationTree;
import com.sun.source.tree.CaseTree;
import com.sun.source.tree.ClassTree;
import com.sun.source.tree.CompilationUnitTree;
import com.sun.source.tree.LiteralTree;
import com.sun.source.tree.MethodTree;
import com.sun.source.tree.ModifiersTree;
import com.sun.source.tree.NewClassTree;
import com.sun.source.tree.PrimitiveTypeTree;
import com.sun.source.tree.Tree;
import com.sun.source.tree.Tree.Kind;
import com.sun.source.tree.VariableTree;
import com.sun.source.util.JavacTask;
import com.sun.source.util.SourcePositions;
import com.sun.source.util.TreeScanner;
import com.sun.source.util.Trees;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import javax.lang.model.element.Modifier;
import javax.lang.model.type.TypeKind;
import javax.tools.DiagnosticCollector;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.ToolProvider;
import org.jspecify.annotations.Nullable;

/**
 * The part of Java that the decision kernel may be written in, because KeY proves it from source. What is not allowed
 * below is refused, so that a construct of a later Java is refused too.
 */
final class ProvableSubset {

    private static final Set<Kind> ALLOWED = EnumSet.of(
            // declarations
            Kind.COMPILATION_UNIT,
            Kind.PACKAGE,
            Kind.CLASS,
            Kind.INTERFACE,
            Kind.ENUM,
            Kind.METHOD,
            Kind.VARIABLE,
            Kind.MODIFIERS,
            Kind.ANNOTATION,
            // types
            Kind.PRIMITIVE_TYPE,
            Kind.ARRAY_TYPE,
            // statements
            Kind.BLOCK,
            Kind.EXPRESSION_STATEMENT,
            Kind.EMPTY_STATEMENT,
            Kind.IF,
            Kind.FOR_LOOP,
            Kind.ENHANCED_FOR_LOOP,
            Kind.WHILE_LOOP,
            Kind.DO_WHILE_LOOP,
            Kind.SWITCH,
            Kind.CASE,
            Kind.CONSTANT_CASE_LABEL,
            Kind.DEFAULT_CASE_LABEL,
            Kind.BREAK,
            Kind.CONTINUE,
            Kind.RETURN,
            Kind.THROW,
            // expressions
            Kind.IDENTIFIER,
            Kind.MEMBER_SELECT,
            Kind.METHOD_INVOCATION,
            Kind.NEW_CLASS,
            Kind.NEW_ARRAY,
            Kind.ARRAY_ACCESS,
            Kind.PARENTHESIZED,
            Kind.CONDITIONAL_EXPRESSION,
            Kind.TYPE_CAST,
            Kind.ASSIGNMENT,
            Kind.INT_LITERAL,
            Kind.LONG_LITERAL,
            Kind.BOOLEAN_LITERAL,
            Kind.STRING_LITERAL,
            Kind.NULL_LITERAL,
            Kind.PREFIX_INCREMENT,
            Kind.PREFIX_DECREMENT,
            Kind.POSTFIX_INCREMENT,
            Kind.POSTFIX_DECREMENT,
            Kind.UNARY_PLUS,
            Kind.UNARY_MINUS,
            Kind.BITWISE_COMPLEMENT,
            Kind.LOGICAL_COMPLEMENT,
            Kind.MULTIPLY,
            Kind.DIVIDE,
            Kind.REMAINDER,
            Kind.PLUS,
            Kind.MINUS,
            Kind.LEFT_SHIFT,
            Kind.RIGHT_SHIFT,
            Kind.UNSIGNED_RIGHT_SHIFT,
            Kind.LESS_THAN,
            Kind.GREATER_THAN,
            Kind.LESS_THAN_EQUAL,
            Kind.GREATER_THAN_EQUAL,
            Kind.EQUAL_TO,
            Kind.NOT_EQUAL_TO,
            Kind.AND,
            Kind.XOR,
            Kind.OR,
            Kind.CONDITIONAL_AND,
            Kind.CONDITIONAL_OR,
            Kind.MULTIPLY_ASSIGNMENT,
            Kind.DIVIDE_ASSIGNMENT,
            Kind.REMAINDER_ASSIGNMENT,
            Kind.PLUS_ASSIGNMENT,
            Kind.MINUS_ASSIGNMENT,
            Kind.LEFT_SHIFT_ASSIGNMENT,
            Kind.RIGHT_SHIFT_ASSIGNMENT,
            Kind.UNSIGNED_RIGHT_SHIFT_ASSIGNMENT,
            Kind.AND_ASSIGNMENT,
            Kind.XOR_ASSIGNMENT,
            Kind.OR_ASSIGNMENT);

    private static final Set<TypeKind> ALLOWED_PRIMITIVES =
            EnumSet.of(TypeKind.INT, TypeKind.LONG, TypeKind.BOOLEAN, TypeKind.BYTE, TypeKind.VOID);

    private static final Set<Modifier> ALLOWED_MODIFIERS = EnumSet.of(
            Modifier.PUBLIC, Modifier.PROTECTED, Modifier.PRIVATE, Modifier.STATIC, Modifier.FINAL, Modifier.ABSTRACT);

    private ProvableSubset() {}

    /** Every breach in a source, as {@code name:line: what it is}; none for a source that is within the subset. */
    static List<String> breaches(String name, String source) {
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        DiagnosticCollector<JavaFileObject> errors = new DiagnosticCollector<>();
        JavacTask task = (JavacTask) compiler.getTask(
                null, null, errors, List.of("-proc:none"), null, List.of(new SourceInMemory(name, source)));
        Iterable<? extends CompilationUnitTree> units;
        try {
            units = task.parse();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        List<String> breaches = new ArrayList<>();
        errors.getDiagnostics().forEach(error -> breaches.add(name + ":" + error.getLineNumber() + ": syntax error"));
        for (CompilationUnitTree unit : units) {
            new Scanner(name, source, unit, Trees.instance(task).getSourcePositions(), breaches).scan(unit, null);
        }
        return breaches;
    }

    private static final class Scanner extends TreeScanner<@Nullable Void, @Nullable Void> {

        private final String name;
        private final String source;
        private final CompilationUnitTree unit;
        private final SourcePositions positions;
        private final List<String> breaches;

        private Scanner(
                String name,
                String source,
                CompilationUnitTree unit,
                SourcePositions positions,
                List<String> breaches) {
            this.name = name;
            this.source = source;
            this.unit = unit;
            this.positions = positions;
            this.breaches = breaches;
        }

        @Override
        public @Nullable Void scan(@Nullable Tree tree, @Nullable Void unused) {
            if (tree == null) {
                return null;
            }
            if (!ALLOWED.contains(tree.getKind())) {
                refuse(tree, tree.getKind().toString().toLowerCase(Locale.ROOT));
                return null;
            }
            return super.scan(tree, null);
        }

        @Override
        public @Nullable Void visitClass(ClassTree type, @Nullable Void unused) {
            Set<Modifier> modifiers = type.getModifiers().getFlags();
            if (type.getKind() == Kind.CLASS && !modifiers.contains(Modifier.FINAL)) {
                refuse(type, "class that is not final");
            }
            if (type.getExtendsClause() != null) {
                refuse(type, "class that extends another");
            }
            return super.visitClass(type, null);
        }

        @Override
        public @Nullable Void visitModifiers(ModifiersTree modifiers, @Nullable Void unused) {
            for (Modifier modifier : modifiers.getFlags()) {
                if (!ALLOWED_MODIFIERS.contains(modifier)) {
                    refuse(modifiers, "modifier " + modifier);
                }
            }
            return super.visitModifiers(modifiers, null);
        }

        @Override
        public @Nullable Void visitMethod(MethodTree method, @Nullable Void unused) {
            if (!method.getTypeParameters().isEmpty()) {
                refuse(method, "type parameter");
            }
            return super.visitMethod(method, null);
        }

        @Override
        public @Nullable Void visitAnnotation(AnnotationTree annotation, @Nullable Void unused) {
            if (!annotation.getAnnotationType().toString().equals("Override")) {
                refuse(annotation, "annotation other than @Override");
            }
            return super.visitAnnotation(annotation, null);
        }

        @Override
        public @Nullable Void visitVariable(VariableTree variable, @Nullable Void unused) {
            if (variable.getType() == null || isVar(variable)) {
                refuse(variable, "var");
            } else if (text(variable.getType()).endsWith("...")) {
                refuse(variable, "variable number of arguments");
            }
            return super.visitVariable(variable, null);
        }

        @Override
        public @Nullable Void visitPrimitiveType(PrimitiveTypeTree type, @Nullable Void unused) {
            if (!ALLOWED_PRIMITIVES.contains(type.getPrimitiveTypeKind())) {
                refuse(type, "type " + type);
            }
            return null;
        }

        @Override
        public @Nullable Void visitLiteral(LiteralTree literal, @Nullable Void unused) {
            if (text(literal).startsWith("\"\"\"")) {
                refuse(literal, "text block");
            }
            return null;
        }

        @Override
        public @Nullable Void visitNewClass(NewClassTree creation, @Nullable Void unused) {
            if (creation.getClassBody() != null) {
                refuse(creation, "anonymous class");
                return null;
            }
            return super.visitNewClass(creation, null);
        }

        @Override
        public @Nullable Void visitCase(CaseTree branch, @Nullable Void unused) {
            if (branch.getCaseKind() != CaseTree.CaseKind.STATEMENT) {
                refuse(branch, "case with an arrow");
            }
            if (branch.getLabels().size() > 1) {
                refuse(branch, "case with several labels");
            }
            return super.visitCase(branch, null);
        }

        private boolean isVar(VariableTree variable) {
            return text(variable).replaceFirst("^(final\\s+)?", "").matches("(?s)var\\s.*");
        }

        private String text(Tree tree) {
            long start = positions.getStartPosition(unit, tree);
            long end = positions.getEndPosition(unit, tree);
            return start < 0 || end < start ? "" : source.substring((int) start, (int) end);
        }

        private void refuse(Tree tree, String what) {
            long start = Math.max(0, positions.getStartPosition(unit, tree));
            breaches.add(name + ":" + unit.getLineMap().getLineNumber(start) + ": " + what);
        }
    }

    private static final class SourceInMemory extends SimpleJavaFileObject {

        private final String source;

        private SourceInMemory(String name, String source) {
            super(URI.create("memory:///" + name), JavaFileObject.Kind.SOURCE);
            this.source = source;
        }

        @Override
        public CharSequence getCharContent(boolean ignoreEncodingErrors) {
            return source;
        }
    }
}
