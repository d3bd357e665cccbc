package dev.jobd.worker;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Dependencies point one way: the worker uses its parts, the parts use the model, and never each
 * other.
 */
@Tag("host-only")
class ArchitectureTest {
  private static final String ROOT = "dev.jobd.worker";
  private static final JavaClasses CLASSES =
      new ClassFileImporter()
          .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
          .importPackages(ROOT);

  @ParameterizedTest
  @ValueSource(strings = {"launch", "cgroup", "output", "store"})
  void aPartKnowsItselfAndTheModelAlone(String part) {
    classes()
        .that()
        .resideInAPackage(ROOT + "." + part)
        .should()
        .onlyDependOnClassesThat()
        .resideInAnyPackage(
            ROOT + "." + part,
            ROOT + ".model",
            ROOT + ".libc",
            "java..",
            "javax.sql..",
            "org.sqlite..",
            "org.jspecify..")
        .check(CLASSES);
  }

  @org.junit.jupiter.api.Test
  void theModelKnowsNothing() {
    classes()
        .that()
        .resideInAPackage(ROOT + ".model")
        .should()
        .onlyDependOnClassesThat()
        .resideInAnyPackage(ROOT + ".model", "java..", "org.jspecify..")
        .check(CLASSES);
  }

  @org.junit.jupiter.api.Test
  void theWorkerKnowsNoNetworkAndNoRoles() {
    noClasses()
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(
            "io.grpc..", "io.netty..", "com.google..", "dev.jobd.server..", "dev.jobd.api..")
        .check(CLASSES);
  }
}
