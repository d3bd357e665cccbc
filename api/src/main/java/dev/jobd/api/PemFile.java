package dev.jobd.api;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The PEM blocks of one file, in its order. Text between blocks is ignored, as every reader of PEM
 * does.
 */
final class PemFile {
  /**
   * In bytes. A chain and a key are a few KiB, a bundle of the world's authorities some 220 KiB.
   */
  static final int MAX_SIZE = 1 << 20;

  private static final Pattern BLOCK =
      Pattern.compile("-----BEGIN ([A-Z0-9 ]+)-----(.*?)-----END \\1-----", Pattern.DOTALL);

  /**
   * One block.
   *
   * @param label what stands after BEGIN
   */
  private record Block(String label, String body) {}

  private final Path file;
  private final List<Block> blocks = new ArrayList<>();

  private PemFile(Path file, String text) {
    this.file = file;
    Matcher matcher = BLOCK.matcher(text);
    while (matcher.find()) {
      blocks.add(new Block(matcher.group(1), matcher.group(2)));
    }
  }

  static PemFile read(Path file) throws PemException {
    try (InputStream in = Files.newInputStream(file)) {
      byte[] bytes = in.readNBytes(MAX_SIZE + 1);
      if (bytes.length > MAX_SIZE) {
        throw new PemException(file, "is larger than " + MAX_SIZE + " bytes");
      }
      return new PemFile(file, new String(bytes, StandardCharsets.ISO_8859_1));
    } catch (PemException e) {
      throw e;
    } catch (NoSuchFileException e) {
      throw new PemException(file, "no such file", e);
    } catch (AccessDeniedException e) {
      throw new PemException(file, "permission denied", e);
    } catch (IOException e) {
      throw new PemException(file, "cannot be read: " + e.getMessage(), e);
    }
  }

  /** Its certificates, at least one. */
  List<X509Certificate> certificates() throws PemException {
    List<X509Certificate> certificates = new ArrayList<>();
    for (Block block : blocks) {
      if (block.label().equals("CERTIFICATE")) {
        certificates.add(certificate(block));
      }
    }
    if (certificates.isEmpty()) {
      throw new PemException(file, "holds no certificate in PEM form");
    }
    return certificates;
  }

  /** Its one private key, which must be of the same kind as {@code certified}. */
  PrivateKey keyOf(PublicKey certified) throws PemException {
    Block block = keyBlock();
    byte[] body = decode(block);
    byte[] pkcs8 =
        switch (block.label()) {
          case "PRIVATE KEY" -> body;
          case "EC PRIVATE KEY", "RSA PRIVATE KEY" -> Pkcs8.wrap(body, certified);
          default ->
              throw new PemException(
                  file, "has its key in the form " + block.label() + ": convert it, openssl pkey");
        };
    try {
      return KeyFactory.getInstance(certified.getAlgorithm())
          .generatePrivate(new PKCS8EncodedKeySpec(pkcs8));
    } catch (GeneralSecurityException e) {
      throw new PemException(
          file, "has no private key of the certificate's kind, " + certified.getAlgorithm(), e);
    }
  }

  private Block keyBlock() throws PemException {
    List<Block> keys =
        blocks.stream().filter(block -> block.label().endsWith("PRIVATE KEY")).toList();
    if (keys.isEmpty()) {
      throw new PemException(file, "holds no private key in PEM form");
    }
    if (keys.size() > 1) {
      throw new PemException(file, "holds " + keys.size() + " private keys: leave only one");
    }
    Block key = keys.getFirst();
    if (key.label().equals("ENCRYPTED PRIVATE KEY") || key.body().contains("ENCRYPTED")) {
      throw new PemException(file, "has an encrypted private key: decrypt it, openssl pkey");
    }
    return key;
  }

  private X509Certificate certificate(Block block) throws PemException {
    try {
      return (X509Certificate)
          CertificateFactory.getInstance("X.509")
              .generateCertificate(new ByteArrayInputStream(decode(block)));
    } catch (CertificateException e) {
      throw new PemException(file, "has a certificate that cannot be read", e);
    }
  }

  private byte[] decode(Block block) throws PemException {
    try {
      return Base64.getDecoder().decode(block.body().replaceAll("\\s", ""));
    } catch (IllegalArgumentException e) {
      throw new PemException(file, "has a damaged block " + block.label(), e);
    }
  }
}
