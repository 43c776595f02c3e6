package org.bdia.report;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.bdia.data.DataException;
import org.bdia.data.Utf8;
import org.bdia.io.StrictJson;
import org.bdia.report.ResultsFile.Claim;
import tech.tablesaw.api.Table;

/**
 * Checks a notebook's results against what is claimed of them.
 *
 * <p>A claims file is a list of statements, of the profiles that they name, else of all:
 *
 * <pre>
 * [{"id": "exact", "expected": "max(mismatches[bdia]) == 0", "why": "section 4, eq. 24"},
 *  {"id": "better", "profiles": "laptop, paper", "why": "table 1",
 *   "expected": "val_loss[bdia] + 2 * stderr(val_loss[bdia]) &lt; val_loss[standard]"}]
 * </pre>
 *
 * <p>Such a claim is a guard: CI fails unless it holds. One with {@code "kind": "paper"} says what the paper found, as {@code
 * high(a - b) < 0} or {@code low(a - b) > 0}; its verdict is <em>seen</em> where that holds, <em>opposite</em> where the whole
 * interval is on the other side of 0, else <em>not seen</em>, and CI fails only if there is no interval.
 *
 * <p>{@code why} is for the reader and may be left out. A statement compares two sums of numbers and
 * references. A reference is a metric with selectors in brackets: a bare word is a method (or one of store,
 * checkpoint, reversible: the backprop), the others are {@code depth=24} (or {@code K=24}),
 * {@code gamma=0.5}, {@code stage=trained}, {@code seed=1}, {@code task=cifar10}. It stands for the mean of
 * the rows it matches; {@code max}, {@code min}, {@code sum}, {@code count} and {@code stderr} (sample
 * standard deviation over √n) are written around it, {@code low} and {@code high} (the ends of the 95 % interval of the
 * mean difference, of three seeds or more, one by one) around the difference of two. A reference that matches no row makes the claim fail,
 * except in {@code count}, which is then 0.
 */
final class Claims {
    private static final TypeReference<List<Map<String, String>>> FILE = new TypeReference<>() {};

    private static final String GUARD = "guard";
    private static final String PAPER = "paper";

    /** Decides a claim, named {@code id}, by the rows of a report. */
    private interface Check {
        Claim of(String id, List<Result> rows);
    }

    private final Map<String, Check> statements;

    private Claims(Map<String, Check> statements) {
        this.statements = statements;
    }

    /**
     * Reads one profile's claims.
     *
     * @throws DataException if the file is not UTF-8
     * @throws IOException if the file is missing or bad: not JSON, an unknown profile or key, an id twice in
     *     the profile, or a statement that cannot be parsed
     */
    static Claims read(Path file, Profile profile) throws IOException {
        try {
            Map<String, Check> statements = new LinkedHashMap<>();
            for (Map<String, String> claim :
                    StrictJson.MAPPER.readValue(Utf8.read(file, "a claims file"), FILE)) {
                Check statement = statement(claim);
                if (profiles(claim).contains(profile)
                        && statements.put(claim.get("id"), statement) != null) {
                    throw new IllegalArgumentException("id occurs twice: " + claim);
                }
            }
            return new Claims(statements);
        } catch (JsonProcessingException | IllegalArgumentException e) {
            throw new IOException(file + " is not a claims file: " + e.getMessage(), e);
        }
    }

    private static List<Profile> profiles(Map<String, String> claim) {
        return claim.containsKey("profiles")
                ? Arrays.stream(claim.get("profiles").split(", ")).map(Profile::of).toList()
                : List.of(Profile.values());
    }

    /** Checks every statement against rows. */
    List<Claim> check(List<Result> rows) {
        List<Claim> claims = new ArrayList<>();
        statements.forEach((id, statement) -> claims.add(statement.of(id, rows)));
        return claims;
    }

    /** Returns the table <em>claim · expected · found · holds</em>, the last of them yes, NO or a verdict. */
    static Table table(List<Claim> claims) {
        return RowTable.of("claims", claims)
                .text("claim", Claim::id)
                .text("expected", Claim::expected)
                .text("found", Claim::found)
                .text("holds", Claims::outcome)
                .table();
    }

    private static String outcome(Claim claim) {
        return claim.verdict().isEmpty() ? claim.holds() ? "yes" : "NO" : claim.verdict();
    }

    /**
     * Checks a report: {@code Claims <report folder> <claims file> <profile>}. Prints the table, writes the
     * outcome into the report's {@code results.json}, and exits with 0 if all guards hold and all claims of the paper have a
     * verdict, 1 if not, 2 if a file is missing or bad.
     */
    public static void main(String[] args) {
        System.exit(run(args, System.out, System.err));
    }

    static int run(String[] args, PrintStream out, PrintStream err) {
        if (args.length != 3) {
            err.println("usage: Claims <report folder> <claims file> <profile>");
            return 2;
        }
        try {
            Profile profile = Profile.of(args[2]);
            Path file = Path.of(args[0]).resolve(ResultsFile.NAME);
            Claims claims = read(Path.of(args[1]), profile);
            ResultsFile results = ResultsFile.read(file);
            if (results.profile() != profile) {
                throw new IllegalArgumentException(
                        file
                                + " is of profile "
                                + results.profile().label()
                                + ", but the claims of "
                                + profile.label()
                                + " were asked for");
            }
            List<Claim> checked = claims.check(results.results());
            results.withClaims(checked).write(file);
            out.println(results.notebook() + ": " + checked.size() + " claims");
            out.println(table(checked).printAll());
            return checked.stream().noneMatch(Claim::fails) ? 0 : 1;
        } catch (IOException | DataException | IllegalArgumentException e) {
            err.println(e.getMessage());
            return 2;
        }
    }

    private static Check statement(Map<String, String> claim) {
        boolean named = !claim.getOrDefault("id", "").isBlank();
        String kind = claim.getOrDefault("kind", GUARD);
        if (!named
                || !Set.of("id", "expected", "why", "kind", "profiles").containsAll(claim.keySet())
                || !Set.of(GUARD, PAPER).contains(kind)) {
            throw new IllegalArgumentException(
                    "a claim has the texts \"id\", \"expected\" and perhaps \"why\", \"kind\" (guard or paper) and \"profiles\","
                            + " nothing else; found "
                            + claim);
        }
        try {
            String expected = claim.getOrDefault("expected", "");
            return kind.equals(PAPER)
                    ? PaperClaim.of(expected)::check
                    : new Statement(expected)::check;
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(
                    "claim '" + claim.get("id") + "': " + e.getMessage(), e);
        }
    }
}
