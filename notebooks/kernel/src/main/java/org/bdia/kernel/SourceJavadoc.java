package org.bdia.kernel;

import com.sun.source.tree.ClassTree;
import com.sun.source.tree.CompilationUnitTree;
import com.sun.source.tree.MethodTree;
import com.sun.source.tree.Tree;
import com.sun.source.tree.VariableTree;
import com.sun.source.util.DocTrees;
import com.sun.source.util.JavacTask;
import com.sun.source.util.TreePath;
import com.sun.source.util.TreePathScanner;
import java.io.File;
import java.io.IOException;
import java.net.URI;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import javax.tools.JavaFileObject.Kind;
import javax.tools.SimpleJavaFileObject;
import javax.tools.ToolProvider;

/**
 * Javadoc of libraries from their sources, where these are at hand: {@code library-1.0-sources.jar} beside {@code
 * library-1.0.jar}, or {@code src/main/java} of a Maven project. JShell itself reads the JDK's alone.
 *
 * @param classPath the entries whose sources are looked for, separated as in {@code java.class.path}
 */
record SourceJavadoc(String classPath) {
    private static final Pattern GENERICS = Pattern.compile("<[^<>]*>");

    /** A method or constructor as JShell writes it: {@code int Type.name(int a)}, {@code Type(int a)}. */
    private static final Pattern CALL =
            Pattern.compile("(?:.*?\\s)?(?:([\\w.$]+)\\.)?(\\w+)\\(([^)]*)\\).*");

    /** A field, {@code Type.name:int}, or a type, {@code a.package.Type}. */
    private static final Pattern FIELD = Pattern.compile("([\\w.$]+)\\.(\\w+):.*");

    private static final Pattern TYPE = Pattern.compile("[\\w.$]+");

    /** Names a declaration to look for: the simple name of a type, that of its member or an empty one, and the types of parameters. */
    private record Wanted(String type, String member, List<String> parameters) {

        static Optional<Wanted> of(String signature) {
            var plain = signature;
            while (GENERICS.matcher(plain).find()) {
                plain = GENERICS.matcher(plain).replaceAll("");
            }
            var call = CALL.matcher(plain);
            if (call.matches()) {
                var types = new ArrayList<String>();
                for (var parameter : call.group(3).split(",", -1)) {
                    if (!parameter.isBlank()) {
                        types.add(simple(parameter.strip().split("\\s+", 2)[0]));
                    }
                }
                return Optional.of(
                        call.group(1) == null
                                ? new Wanted(call.group(2), "<init>", types)
                                : new Wanted(simple(call.group(1)), call.group(2), types));
            }
            var field = FIELD.matcher(plain);
            if (field.matches()) {
                return Optional.of(new Wanted(simple(field.group(1)), field.group(2), List.of()));
            }
            return TYPE.matcher(plain).matches()
                    ? Optional.of(new Wanted(simple(plain), "", List.of()))
                    : Optional.empty();
        }

        private static String simple(String name) {
            return name.substring(name.lastIndexOf('.') + 1);
        }

        boolean matches(Tree member) {
            if (member instanceof MethodTree method) {
                return method.getName().contentEquals(this.member)
                        && parameters.equals(
                                method.getParameters().stream()
                                        .map(p -> GENERICS.matcher(p.getType().toString()))
                                        .map(type -> simple(type.replaceAll("")))
                                        .toList());
            }
            return member instanceof VariableTree field
                    && parameters.isEmpty()
                    && field.getName().contentEquals(this.member);
        }
    }

    /** Returns the Javadoc of what a signature of JShell's names; empty without sources, or a comment in them. */
    Optional<String> of(String signature) {
        return Wanted.of(signature)
                .flatMap(
                        wanted ->
                                roots().stream()
                                        .map(root -> in(root, wanted))
                                        .flatMap(Optional::stream)
                                        .findFirst());
    }

    private List<Path> roots() {
        var roots = new ArrayList<Path>();
        for (var entry : classPath.split(File.pathSeparator, -1)) {
            var path = Path.of(entry).toAbsolutePath();
            var parent = path.getParent();
            if (entry.endsWith(".jar")) {
                roots.add(Path.of(entry.substring(0, entry.length() - 4) + "-sources.jar"));
            }
            if (!entry.isEmpty() && parent != null && parent.endsWith("target")) {
                roots.add(parent.resolveSibling("src").resolve("main").resolve("java"));
            }
        }
        return roots.stream().filter(Files::exists).toList();
    }

    private static Optional<String> in(Path root, Wanted wanted) {
        try {
            if (Files.isDirectory(root)) {
                return search(root, wanted);
            }
            try (var jar = FileSystems.newFileSystem(root)) {
                return search(jar.getPath("/"), wanted);
            }
        } catch (IOException unreadable) {
            // The signature alone is better than an error.
            return Optional.empty();
        }
    }

    private static Optional<String> search(Path folder, Wanted wanted) throws IOException {
        List<Path> files;
        try (var all = Files.walk(folder)) {
            files = all.filter(file -> file.endsWith(wanted.type() + ".java")).toList();
        }
        for (var file : files) {
            var found = parse(Files.readString(file), wanted);
            if (found.isPresent()) {
                return found;
            }
        }
        return Optional.empty();
    }

    private static Optional<String> parse(String source, Wanted wanted) throws IOException {
        var file =
                new SimpleJavaFileObject(URI.create("string:///Source.java"), Kind.SOURCE) {
                    @Override
                    public CharSequence getCharContent(boolean ignoreEncodingErrors) {
                        return source;
                    }
                };
        var compiler = ToolProvider.getSystemJavaCompiler();
        var options = List.of("-proc:none");
        var task =
                (JavacTask) compiler.getTask(null, null, error -> {}, options, null, List.of(file));
        var finder = new Finder(DocTrees.instance(task), wanted);
        for (CompilationUnitTree unit : task.parse()) {
            finder.scan(unit, null);
        }
        return Optional.ofNullable(finder.found);
    }

    /** Finds the comment in a source file. */
    private static final class Finder extends TreePathScanner<Void, Void> {
        private final DocTrees comments;
        private final Wanted wanted;
        private String found;

        Finder(DocTrees comments, Wanted wanted) {
            this.comments = comments;
            this.wanted = wanted;
        }

        @Override
        public Void visitClass(ClassTree type, Void nothing) {
            if (found == null && type.getSimpleName().contentEquals(wanted.type())) {
                if (wanted.member().isEmpty()) {
                    found = comments.getDocComment(getCurrentPath());
                }
                type.getMembers().stream()
                        .filter(wanted::matches)
                        .findFirst()
                        .ifPresent(
                                member ->
                                        found =
                                                comments.getDocComment(
                                                        new TreePath(getCurrentPath(), member)));
            }
            return super.visitClass(type, null);
        }
    }
}
