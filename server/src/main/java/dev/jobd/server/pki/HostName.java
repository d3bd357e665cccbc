package dev.jobd.server.pki;

import java.net.InetAddress;
import java.util.Locale;
import java.util.regex.Pattern;
import org.bouncycastle.asn1.DEROctetString;
import org.bouncycastle.asn1.x509.GeneralName;

/**
 * Under which name or address clients reach a server.
 *
 * @param value a DNS name in lower case (RFC 1123, at most 253 characters, no wildcard), or an IPv4
 *     or IPv6 address
 */
public record HostName(String value) {
  private static final int MAX_LENGTH = 253;
  private static final String LABEL = "[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?";
  private static final Pattern DNS_NAME = Pattern.compile(LABEL + "(\\." + LABEL + ")*");

  /** What ends in a number is an address or nothing: RFC 1123, 2.1. */
  private static final Pattern ENDS_IN_NUMBER = Pattern.compile("(.*\\.)?[0-9]+");

  private static final Pattern IPV4 = Pattern.compile("[0-9]{1,3}(\\.[0-9]{1,3}){3}");

  /** Refuses with an {@link IllegalArgumentException} what is neither name nor address. */
  public HostName {
    value = value.toLowerCase(Locale.ROOT);
    boolean valid =
        looksLikeAddress(value)
            ? isAddress(value)
            : value.length() <= MAX_LENGTH && DNS_NAME.matcher(value).matches();
    if (!valid) {
      throw new IllegalArgumentException("must be a DNS name or an IP address, without a wildcard");
    }
  }

  GeneralName alternativeName() {
    if (looksLikeAddress(value)) {
      byte[] address = InetAddress.ofLiteral(value).getAddress();
      return new GeneralName(GeneralName.iPAddress, new DEROctetString(address));
    }
    return new GeneralName(GeneralName.dNSName, value);
  }

  private static boolean looksLikeAddress(String host) {
    return host.indexOf(':') >= 0 || ENDS_IN_NUMBER.matcher(host).matches();
  }

  private static boolean isAddress(String host) {
    if (host.indexOf(':') < 0 ? !IPV4.matcher(host).matches() : host.indexOf('%') >= 0) {
      return false;
    }
    try {
      InetAddress.ofLiteral(host);
      return true;
    } catch (IllegalArgumentException e) {
      return false;
    }
  }

  @Override
  public String toString() {
    return value;
  }
}
