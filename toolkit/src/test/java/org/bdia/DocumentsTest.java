package org.bdia;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.tools.Diagnostic;
import javax.tools.DiagnosticCollector;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The documents: their Java compiles as pasted, their links lead somewhere, and the README and the files of Java stay short. */
class DocumentsTest {

    private static final Path ROOT = Path.of("..").toAbsolutePath().normalize();
    private static final Path README = ROOT.resolve("README.md");
    private static final int README_LINES = 120;
    private static final int JAVA_LINES = 350;

    /** Stands on the line before the fence of a snippet that needs the one above it. */
    private static final String CONTINUES = "<!-- continues -->";

    private static final Pattern FENCE = Pattern.compile("(?ms)^```.*?^```$");
    private static final Pattern LINK = Pattern.compile("\\]\\(([^)\\s]+)\\)");
    private static final Pattern ELSEWHERE = Pattern.compile("[a-z]+:.*");
    private static final Pattern HEADING = Pattern.compile("(?m)^#+ (.*)$");
    private static final Pattern MARKUP = Pattern.compile("\\[([^]]*)\\]\\([^)]*\\)");

    /**
     * Snippets as one class whose lines have the numbers that they have in the document, but the imports, which
     * are all on the first.
     */
    private static final class Snippet extends SimpleJavaFileObject {
        private final StringBuilder imports = new StringBuilder();
        private final StringBuilder body = new StringBuilder();
        private final int begin;

        Snippet(Path document, int begin) {
            super(document.toUri(), Kind.SOURCE);
            this.begin = begin;
            body.append("\n".repeat(begin));
        }

        /** Appends a fence's lines, the first of which is the document's line with this number, from 0. */
        void append(List<String> lines, int first) {
            long written = body.chars().filter(c -> c == '\n').count();
            body.append("\n".repeat(first - (int) written));
            for (String line : lines) {
                if (line.startsWith("import ")) {
                    imports.append(line).append(' ');
                } else if (!line.startsWith("%maven")) {
                    body.append(line);
                }
                body.append('\n');
            }
        }

        @Override
        public boolean isNameCompatible(String simpleName, Kind kind) {
            return kind == Kind.SOURCE && simpleName.equals(className());
        }

        @Override
        public CharSequence getCharContent(boolean ignoreEncodingErrors) {
            return imports
                    + "class "
                    + className()
                    + " { void run() throws Exception { "
                    + body
                    + "}}\n";
        }

        private String className() {
            return getName().replaceAll("\\W", "_") + begin;
        }
    }

    static List<Path> documents() throws IOException {
        List<Path> documents = new ArrayList<>(List.of(README));
        for (String folder :
                List.of("toolkit", "toolkit/docs", "datasets", "ci", "notebooks/results")) {
            try (Stream<Path> files = Files.list(ROOT.resolve(folder))) {
                files.filter(file -> file.toString().endsWith(".md"))
                        .sorted()
                        .forEach(documents::add);
            }
        }
        return documents;
    }

    private static List<Snippet> snippets(Path document) throws IOException {
        List<String> lines = Files.readAllLines(document);
        List<Snippet> snippets = new ArrayList<>();
        for (int begin = 0; begin < lines.size(); begin++) {
            if (lines.get(begin).equals("```java")) {
                int end = begin + lines.subList(begin, lines.size()).indexOf("```");
                if (begin == 0 || !lines.get(begin - 1).equals(CONTINUES)) {
                    snippets.add(new Snippet(document, begin));
                }
                snippets.get(snippets.size() - 1).append(lines.subList(begin + 1, end), begin + 1);
            }
        }
        return snippets;
    }

    /** Longer ones are more than one room. */
    @Test
    void noFileOfJavaIsLong() throws IOException {
        List<Path> modules =
                Stream.of(
                                "datasets/src",
                                "toolkit/src",
                                "toolkit/spark/src",
                                "notebooks/kernel/src",
                                "ci/src")
                        .map(ROOT::resolve)
                        .toList();
        List<String> tooLong = new ArrayList<>();
        int files = 0;
        for (Path module : modules) {
            try (Stream<Path> tree = Files.walk(module)) {
                for (Path file : tree.filter(f -> f.toString().endsWith(".java")).toList()) {
                    files++;
                    int lines = Files.readAllLines(file).size();
                    if (lines > JAVA_LINES) {
                        tooLong.add(ROOT.relativize(file) + " has " + lines + " lines");
                    }
                }
            }
        }
        assertThat(files).isGreaterThan(400);
        assertThat(tooLong).isEmpty();
    }

    @Test
    void javaCompilesAsPasted(@TempDir Path classes) throws IOException {
        List<Snippet> snippets = new ArrayList<>();
        for (Path document : documents()) {
            snippets.addAll(snippets(document));
        }
        assertThat(snippets).isNotEmpty();
        var compiler = ToolProvider.getSystemJavaCompiler();
        var problems = new DiagnosticCollector<JavaFileObject>();
        List<String> options =
                List.of(
                        "-proc:none",
                        "-d",
                        classes.toString(),
                        "-cp",
                        System.getProperty("java.class.path"));

        compiler.getTask(null, null, problems, options, null, snippets).call();

        assertThat(problems.getDiagnostics())
                .filteredOn(problem -> problem.getKind() == Diagnostic.Kind.ERROR)
                .extracting(Object::toString)
                .isEmpty();
    }

    @ParameterizedTest
    @MethodSource("documents")
    void linksLeadSomewhere(Path document) throws IOException {
        String text = FENCE.matcher(Files.readString(document)).replaceAll("");
        List<String> dead = new ArrayList<>();
        for (MatchResult link : LINK.matcher(text).results().toList()) {
            if (!ELSEWHERE.matcher(link.group(1)).matches() && !leads(document, link.group(1))) {
                dead.add(link.group(1));
            }
        }

        assertThat(dead).isEmpty();
    }

    private static boolean leads(Path document, String link) throws IOException {
        String[] parts = link.split("#", 2);
        Path target = parts[0].isEmpty() ? document : document.resolveSibling(parts[0]);
        return Files.exists(target) && (parts.length == 1 || anchors(target).contains(parts[1]));
    }

    /** The names that GitHub gives a document's headings. */
    private static List<String> anchors(Path document) throws IOException {
        return HEADING.matcher(FENCE.matcher(Files.readString(document)).replaceAll(""))
                .results()
                .map(heading -> MARKUP.matcher(heading.group(1)).replaceAll("$1"))
                .map(heading -> heading.toLowerCase(Locale.ROOT))
                .map(heading -> heading.replaceAll("[^\\p{L}\\p{N} _-]", "").replace(' ', '-'))
                .toList();
    }

    @Test
    void theReadmeIsShort() throws IOException {
        assertThat(Files.readAllLines(README).size()).isLessThanOrEqualTo(README_LINES);
    }
}
