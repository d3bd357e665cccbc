package dev.jobd.server;

import dev.jobd.api.args.IoOptions;
import dev.jobd.api.args.LimitTerms;
import dev.jobd.worker.model.InvalidSpecException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Where a configuration file says what, so that whatever turns out to be wrong with it, also later
 * and for a reason of the host's, is told by its line, and by key and value as they are written.
 *
 * @param file {@code null} where there is none
 * @param places by the key with its section, {@code quotas.memory}; a rate of one disk by {@code
 *     max_limits.read_bps[sda]} too
 */
record ConfigPlaces(@Nullable Path file, Map<String, Place> places) {
  static final ConfigPlaces NONE = new ConfigPlaces(null, Map.of());

  private static final Pattern OF_DISK = Pattern.compile("(\\w+)\\.io\\[(.*)]\\.(\\w+)");

  /** What a value is told by at the end of a problem; what a colon follows is a path's. */
  private static final Pattern VALUE = Pattern.compile(", was [^:]+$");

  ConfigPlaces {
    places = Map.copyOf(places);
  }

  /**
   * @param line from 1
   * @param text {@code null} where it is more than one value
   */
  record Place(int line, @Nullable String text) {}

  /** The key under which a rate of one disk is, as it is written. */
  static String ofDisk(String key, String device) {
    return key + "[" + device + "]";
  }

  /** The same problem, told by what stands in the file. */
  ConfigException wrong(InvalidSpecException e) {
    Matcher disk = OF_DISK.matcher(e.field());
    if (disk.matches()) {
      return ofDisk(disk.group(1), disk.group(2), disk.group(3), e.problem());
    }
    int dot = e.field().indexOf('.');
    String section = e.field().substring(0, Math.max(dot, 0));
    LimitTerms words = LimitTerms.of(e.field().substring(dot + 1), e.problem());
    if (words.key().equals("io")) {
      String key = rates(section).filter(places::containsKey).findFirst().orElse(section);
      return at(place(key), key, words.text());
    }
    String key = section + "." + words.key();
    return at(place(key).or(() -> place(section)), key, words.text());
  }

  private ConfigException ofDisk(String section, String device, String field, String problem) {
    if (field.equals("device")) {
      String key =
          rates(section)
              .filter(rate -> places.containsKey(ofDisk(rate, device)))
              .findFirst()
              .orElse(section);
      return at(place(ofDisk(key, device)), key + ": the device", problem);
    }
    LimitTerms words = LimitTerms.of(field, problem);
    String key = section + "." + words.key();
    Optional<Place> exact = place(ofDisk(key, device));
    return exact.isPresent()
        ? at(exact, key, words.text())
        : at(place(key), key + " of " + device, words.text());
  }

  private static Stream<String> rates(String section) {
    return Stream.of(IoOptions.Option.values()).map(rate -> section + "." + rate.key());
  }

  private Optional<Place> place(String key) {
    return Optional.ofNullable(places.get(key));
  }

  private ConfigException at(Optional<Place> place, String subject, String problem) {
    String where = file == null ? "" : file + place.map(p -> ":" + p.line()).orElse("") + ": ";
    String text = place.map(Place::text).orElse(null);
    String words =
        text == null
            ? problem
            : VALUE.matcher(problem).replaceFirst(Matcher.quoteReplacement(", was " + text));
    return new ConfigException(where + subject + " " + words);
  }
}
