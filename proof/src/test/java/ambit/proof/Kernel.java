package ambit.proof;

import de.uka.ilkd.key.control.DefaultUserInterfaceControl;
import de.uka.ilkd.key.control.KeYEnvironment;
import de.uka.ilkd.key.java.abstraction.KeYJavaType;
import de.uka.ilkd.key.logic.op.IObserverFunction;
import de.uka.ilkd.key.proof.Proof;
import de.uka.ilkd.key.proof.init.ProofInputException;
import de.uka.ilkd.key.proof.io.ProblemLoaderException;
import de.uka.ilkd.key.proof.mgt.SpecificationRepository;
import de.uka.ilkd.key.settings.ChoiceSettings;
import de.uka.ilkd.key.settings.ProofSettings;
import de.uka.ilkd.key.speclang.Contract;
import de.uka.ilkd.key.util.KeYTypeUtil;
import de.uka.ilkd.key.util.MiscTools;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.BinaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The sources of the kernel as KeY has read them, and the contracts in them. */
final class Kernel implements AutoCloseable {

    private static final Path ROOT =
            Path.of(System.getProperty("ambit.root", "..")).toAbsolutePath().normalize();
    private static final Path SOURCES = ROOT.resolve("decision/src/main/java/ambit/decision");
    private static final Path THEOREMS = ROOT.resolve("proof/src/theorems/ambit/decision");

    private static final Pattern NAME =
            Pattern.compile(".*\\[ambit\\.decision\\.(\\w+)::(\\w+)\\((.*)\\)\\]\\..*contract\\.(\\d+)");

    private final KeYEnvironment<DefaultUserInterfaceControl> environment;
    private final SortedMap<String, Contract> contracts = new TreeMap<>();

    private Kernel(KeYEnvironment<DefaultUserInterfaceControl> environment) {
        this.environment = environment;
        SpecificationRepository repository = environment.getSpecificationRepository();
        for (KeYJavaType type : environment.getJavaInfo().getAllKeYJavaTypes()) {
            if (!KeYTypeUtil.isLibraryClass(type)) {
                for (IObserverFunction target : repository.getContractTargets(type)) {
                    for (Contract contract : repository.getContracts(type, target)) {
                        contracts.put(name(contract), contract);
                    }
                }
            }
        }
    }

    /** Reads the sources that ship, and the theorems about them. */
    static Kernel read(Path directory) throws IOException, ProblemLoaderException {
        return read(directory, (file, source) -> source);
    }

    /** Reads them after {@code edit}, which gets the name of each file and its text; {@code directory} takes the copies. */
    static Kernel read(Path directory, BinaryOperator<String> edit) throws IOException, ProblemLoaderException {
        for (Path origin : List.of(SOURCES, THEOREMS)) {
            try (Stream<Path> files = Files.list(origin)) {
                for (Path file : files.toList()) {
                    String name = Objects.toString(file.getFileName());
                    Files.writeString(directory.resolve(name), edit.apply(name, Files.readString(file)));
                }
            }
        }
        ChoiceSettings choices = ProofSettings.DEFAULT_SETTINGS.getChoiceSettings();
        Map<String, String> chosen = new HashMap<>(choices.getDefaultChoices());
        chosen.putAll(MiscTools.getDefaultTacletOptions());
        // Numbers are those of mathematics, and that no operation of the program leaves its type is to be proved.
        chosen.put("intRules", "intRules:arithmeticSemanticsCheckingOF");
        choices.setDefaultChoices(chosen);
        return new Kernel(load(directory));
    }

    private static KeYEnvironment<DefaultUserInterfaceControl> load(Path sources) throws ProblemLoaderException {
        return KeYEnvironment.load(sources.toFile(), List.of(), null, List.of());
    }

    /** By names such as {@code Chain.atTime(long)}; a method with several contracts has them numbered. */
    SortedMap<String, Contract> contracts() {
        return Collections.unmodifiableSortedMap(contracts);
    }

    Contract contract(String name) {
        return Optional.ofNullable(contracts.get(name)).orElseThrow(() -> new IllegalArgumentException(name));
    }

    private static String name(Contract contract) {
        Matcher name = NAME.matcher(contract.getName());
        if (!name.matches()) {
            return contract.getName();
        }
        String parameters = Stream.of(name.group(3).split(","))
                .map(type -> type.replaceFirst("^(\\[*)L(.*)$", "$1$2").replace("ambit.decision.", ""))
                .map(type -> type.replaceAll("^(\\[*)B$", "$1byte").replaceAll("^(\\[*)J$", "$1long"))
                .map(type -> type.replaceFirst("^(\\[*)(.*)$", "$2$1").replace("[", "[]"))
                .collect(Collectors.joining(", "));
        String which = name.group(4).equals("0") ? "" : ", contract " + name.group(4);
        return name.group(1) + "." + name.group(2) + "(" + parameters + ")" + which;
    }

    Proof begin(Contract contract) throws ProofInputException {
        return environment.createProof(contract.createProofObl(environment.getInitConfig(), contract));
    }

    /** Puts in the invariants of what the contract is about; see {@link Invariants}. */
    void unfoldInvariants(Proof proof) throws InterruptedException {
        new Invariants().applyTo(environment.getUi(), proof, proof.openGoals(), null, null);
    }

    void search(Proof proof) {
        environment.getProofControl().startAndWaitForAutoMode(proof);
    }

    @Override
    public void close() {
        environment.dispose();
    }
}
