package ambit.architecture;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.lang.ArchRule;
import org.junit.jupiter.api.Test;

class DependencyTest {

    private static final JavaClasses PRODUCT = new ClassFileImporter()
            .withImportOption(location -> !location.contains("/test-classes/"))
            .importPackages("ambit");

    @Test
    void theProductIsLookedAt() {
        assertThat(PRODUCT.contain("ambit.cli.Main")).isTrue();
    }

    @Test
    void nativeCallsAreMadeInOnePackage() {
        check(noClasses()
                .that()
                .resideOutsideOfPackage("ambit.boundary.linux..")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("java.lang.foreign.."));
    }

    @Test
    void nothingIsDeserialized() {
        check(noClasses().should().dependOnClassesThat().haveFullyQualifiedName("java.io.ObjectInputStream"));
    }

    @Test
    void aPackageIsNamedForWhatItIs() {
        check(classes()
                .should()
                .resideOutsideOfPackages("..util..", "..impl..", "..manager..", "..helper..", "..common.."));
    }

    @Test
    void nothingDependsOnTheCommand() {
        check(noClasses()
                .that()
                .resideOutsideOfPackage("ambit.cli..")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("ambit.cli.."));
    }

    @Test
    void brokerAndDriversDoNotDependOnTheCore() {
        check(noClasses()
                .that()
                .resideInAnyPackage("ambit.broker..", "ambit.drivers..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("ambit.core..", "ambit.decision.."));
    }

    private static void check(ArchRule rule) {
        rule.allowEmptyShould(true).check(PRODUCT);
    }
}
