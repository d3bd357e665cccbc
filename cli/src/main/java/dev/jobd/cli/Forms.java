package dev.jobd.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import picocli.CommandLine.Model.CommandSpec;

/** How values are written, for the help of each command that takes them. */
final class Forms {
  /** By the label of an option's value. */
  private static final Map<String, String> OF =
      new TreeMap<>(
          Map.of(
              "SIZE",
              "SIZE is in bytes, or with K, M, G or T in powers of 1024: 4096, 64K, 1.5G.",
              "TIME",
              "TIME is numbers, each with ms, s, m, h or d: 500ms, 10s, 1.5h, 1h30m; 0 needs no"
                  + " unit.",
              "WHEN",
              "WHEN is how long ago (10m), a day from 00:00 UTC on (2026-01-31) or a time"
                  + " (2026-01-31T08:00:00Z)."));

  private Forms() {}

  /** Has the help of {@code spec} end with the forms of what it shows. */
  static void explainIn(CommandSpec spec) {
    List<String> footer = new ArrayList<>(List.of(spec.usageMessage().footer()));
    OF.forEach(
        (label, form) -> {
          if (spec.options().stream()
              .anyMatch(option -> !option.hidden() && option.paramLabel().endsWith(label))) {
            footer.add(form);
          }
        });
    if (!footer.isEmpty()) {
      spec.usageMessage().footerHeading("%n").footer(footer.toArray(String[]::new));
    }
  }
}
