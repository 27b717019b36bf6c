package dev.tetra.tsm.spec;

import dev.tetra.tsm.model.Check;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Which values are shown only with {@code --reveal} (SPEC 6). */
public final class Secrets {
    /** What stands in a secret's place; its length says nothing about the secret's. */
    public static final String MASK = "********";

    /**
     * A part of a name, of those between {@code _ - .} and changes of case, that makes the value a secret. It may be of several
     * words, as in PGPASSWORD, SECRETKEYBASE, SSHPASS: those that are not found by chance in others may stand anywhere, the others
     * at the end, but not in what everybody reads as another word. PWD and OLDPWD are folders.
     */
    private static final Pattern SECRET =
            Pattern.compile("PASSWORD|PASSWD|PASSPHRASE|PASSCODE|CREDENTIAL|AUTHORIZATION|^BEARER$|SECRET(?!AR[IY])"
                    + "|(?:TOKENS?|CREDS|AUTH|DSN)$"
                    + "|(?<!COM|BY|TRES|SUR|OVER|UNDER|LOW|HIGH|BAND)PASS$"
                    + "|(?<!MON|DON|TUR|HOC|JOC|LAC|MIC|WHIS|HOT)KEYS?$"
                    + "|(?<!^)(?<!^OLD)PWD$");

    private static final Pattern BOUNDARY = Pattern.compile("[^\\p{Alnum}]+|(?<=[a-z0-9])(?=[A-Z])");
    /**
     * The password in a URL. After the host's name a number that ends the authority is a port; in the web's an {@code @} later
     * in the path makes it no password, while the path of a database's hardly has one.
     */
    private static final Pattern URL_PASSWORD = Pattern.compile(
            "(?i)(://[^\\s:/?#@]*:)(?!(?<=\\b(?:http|ws)s?://[^\\s:/?#@]{0,255}:)[0-9]+(?:[/?#]|$))(\\S*)(@)");

    /** The user in a URL of the web that has no password, or none but in form: that is a token, not a name. */
    private static final Pattern URL_TOKEN =
            Pattern.compile("(?i)\\b(https?://)[^\\s:/?#@]+(?=(?::(?:x-oauth-basic)?)?@)");

    /** What may stand before the = of an assignment or an option: no white space, and no / as in a URL. */
    private static final Pattern NAME = Pattern.compile("[^\\s/]+");

    private static final Pattern QUERY = Pattern.compile("([?&;])([^=&;?#\\s]+)=([^&;#\\s]+)");

    /** What stands before a secret in a line of text: a name and =, an option's name, the name of a header. */
    private static final Pattern ASSIGNED = Pattern.compile("(?<![\\p{Alnum}_.-])([\\p{Alnum}_.-]+)=");

    private static final Pattern OPTION = Pattern.compile("(?<!\\S)(--[\\p{Alnum}_-]+)\\s+");

    /** A value but one in double quotes. */
    private static final Pattern ASSIGNED_VALUE = Pattern.compile("'[^']*'|[^\\s'\"|&;<>()]+");

    private static final Pattern OPTION_VALUE = Pattern.compile("'[^']*'|[^\\s'\"|&;<>()-][^\\s|&;<>()]*");

    private static final Pattern HEADER = Pattern.compile(
            "(?<![\\p{Alnum}_.-])([\\p{Alnum}_.-]+)(:\\s+)((?:(?i)(?:bearer|basic|token)\\s+)?[^\\s'\"|&;<>()]+)");

    /** Changes with the rules, so that what was noted by those before is looked at again. */
    public static final String RULES = "2";

    private Secrets() {}

    /** True when a variable or option of this name looks as if its value were a secret. */
    public static boolean isSecret(String name) {
        String[] parts = BOUNDARY.split(name, -1);
        for (String part : parts) {
            String word = part.toUpperCase(Locale.ROOT).replaceAll("[0-9]+$", "");
            if (SECRET.matcher(word).find()) {
                return true;
            }
        }
        // DB_PWD is no folder
        return parts.length > 1 && parts[parts.length - 1].equalsIgnoreCase("PWD");
    }

    /** What may be shown of a variable's value: all, nothing of a secret, or a URL without its password. */
    public static String shown(String name, String value) {
        return isSecret(name) && !value.isEmpty() ? MASK : mask(value);
    }

    /** A text with the passwords and tokens in its URLs, and the secrets in their queries, replaced by {@link #MASK}. */
    public static String mask(String text) {
        if (!text.contains("://") || (text.indexOf('@') < 0 && text.indexOf('=') < 0)) {
            return text;
        }
        String tokens = URL_TOKEN.matcher(text).replaceAll("$1" + Matcher.quoteReplacement(MASK));
        String masked = URL_PASSWORD.matcher(tokens).replaceAll("$1" + Matcher.quoteReplacement(MASK) + "$3");
        return QUERY.matcher(masked)
                .replaceAll(m -> Matcher.quoteReplacement(
                        m.group(1) + m.group(2) + "=" + (isSecret(m.group(2)) ? MASK : m.group(3))));
    }

    /**
     * A line of text, such as a shell's, as it may be shown: what {@link #maskWords} masks in words, found in the line as
     * it stands, and headers such as {@code Authorization: Bearer …}.
     */
    public static String maskLine(String line) {
        String assigned = maskAfter(ASSIGNED, ASSIGNED_VALUE, mask(line));
        return maskHeaders(maskAfter(OPTION, OPTION_VALUE, assigned));
    }

    private static String maskAfter(Pattern name, Pattern value, String line) {
        StringBuilder masked = new StringBuilder(line.length());
        Matcher names = name.matcher(line);
        Matcher values = value.matcher(line);
        int done = 0;
        for (int at = 0; names.find(at); ) {
            int from = names.end();
            int end = from < line.length() && line.charAt(from) == '"'
                    ? afterQuotes(line, from)
                    : values.region(from, line.length()).lookingAt() ? values.end() : from;
            if (end > from && isSecret(names.group(1))) {
                masked.append(line, done, from).append(MASK);
                done = end;
            }
            at = end;
        }
        return masked.append(line, done, line.length()).toString();
    }

    /**
     * Where a text in double quotes ends; where it begins when it does not end. No regular expression: Java's needs a frame of
     * the stack for each character of a repeated choice, and there are commands of a megabyte.
     */
    private static int afterQuotes(String line, int from) {
        for (int at = from + 1; at < line.length(); at++) {
            char c = line.charAt(at);
            if (c == '"') {
                return at + 1;
            }
            at += c == '\\' ? 1 : 0;
        }
        return from;
    }

    private static String maskHeaders(String line) {
        return HEADER.matcher(line)
                .replaceAll(m ->
                        Matcher.quoteReplacement(m.group(1) + m.group(2) + (isSecret(m.group(1)) ? MASK : m.group(3))));
    }

    /** What a probe looks at, as it may be shown: as it stands, for a regular expression is no command. */
    public static String maskTarget(Check check) {
        return check instanceof Check.Log ? check.target() : maskLine(check.target());
    }

    /** A command as it was typed, a line for a shell or words, as it may be shown. */
    public static String maskCommand(String command) {
        return CommandWords.usesShellSyntax(command)
                ? maskLine(command)
                : CommandWords.join(maskWords(CommandWords.split(command)));
    }

    /**
     * The words of a command as they may be shown: the values of {@code NAME=secret}, {@code --token=secret} and {@code
     * --password secret} are masked, and the passwords in URLs.
     */
    public static List<String> maskWords(List<String> words) {
        List<String> shown = new ArrayList<>();
        boolean secretNext = false;
        for (String word : words) {
            int equals = word.indexOf('=');
            boolean option = word.startsWith("-");
            if (secretNext && !option) {
                shown.add(MASK);
            } else if (equals > 0 && NAME.matcher(word.substring(0, equals)).matches()) {
                String value = word.substring(equals + 1);
                boolean secret = isSecret(word.substring(0, equals)) && !value.isEmpty();
                // --env=NAME=VALUE has another name after the first
                shown.add(word.substring(0, equals + 1)
                        + (secret ? MASK : maskWords(List.of(value)).getFirst()));
            } else {
                // perhaps a line in a word, as after sh -c
                shown.add(word.chars().anyMatch(Character::isWhitespace) ? maskLine(word) : mask(word));
            }
            secretNext = option && equals < 0 && word.startsWith("--") && isSecret(word);
        }
        return List.copyOf(shown);
    }
}
