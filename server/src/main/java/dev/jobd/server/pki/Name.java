package dev.jobd.server.pki;

import java.util.regex.Pattern;

/**
 * The name of a user or a role: what a file name, a certificate's subject and a line of a log can
 * all carry as it is.
 *
 * @param value 1 to 64 of {@code A-Z a-z 0-9 . _ @ + -}, beginning with a letter or digit; 64 is
 *     X.520's bound on a common name
 */
public record Name(String value) {
  private static final Pattern FORM = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._@+-]{0,63}");

  /** Refuses with an {@link IllegalArgumentException} what is no name. */
  public Name {
    if (!FORM.matcher(value).matches()) {
      throw new IllegalArgumentException(
          "must be 1 to 64 of A-Z a-z 0-9 . _ @ + - and begin with a letter or digit");
    }
  }

  @Override
  public String toString() {
    return value;
  }
}
