package dev.jobd.server;

import dev.jobd.server.ConfigPlaces.Place;
import dev.jobd.worker.model.InvalidSpecException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;

/**
 * A mapping in the configuration file: the whole of it, or what stands below one of its keys.
 * Whatever is not as it should be is refused with its line and key.
 */
final class ConfigSection {
  private final Path file;

  /** Of the whole file, which it adds its own to. */
  private final Map<String, Place> places;

  private final String name;
  private final Map<String, Node> values = new HashMap<>();

  private ConfigSection(Path file, Map<String, Place> places, String name) {
    this.file = file;
    this.places = places;
    this.name = name;
  }

  /** The whole file. */
  static ConfigSection root(Path file, Node root, Set<String> known) throws ConfigException {
    ConfigSection whole = new ConfigSection(file, new HashMap<>(), "");
    whole.read(root, "the configuration", known);
    return whole;
  }

  /** What stands below {@code key}; {@code null} where it is not there. */
  @Nullable ConfigSection section(String key, Set<String> known) throws ConfigException {
    Node node = values.get(key);
    if (node == null) {
      return null;
    }
    ConfigSection section = new ConfigSection(file, places, key);
    section.read(node, key, known);
    return section;
  }

  private void read(Node node, String what, Set<String> known) throws ConfigException {
    if (!(node instanceof MappingNode mapping)) {
      throw at(node, what + " must be a mapping");
    }
    for (NodeTuple entry : mapping.getValue()) {
      String key = entry.getKeyNode() instanceof ScalarNode scalar ? scalar.getValue() : "";
      if (!known.contains(key)) {
        throw at(
            entry.getKeyNode(),
            "unknown key '" + key + "'; known are " + String.join(", ", new TreeSet<>(known)));
      }
      if (values.put(key, entry.getValueNode()) != null) {
        throw at(entry.getKeyNode(), path(key) + " is said twice");
      }
      places.put(path(key), place(entry.getValueNode()));
    }
  }

  /** The one value of {@code key}; {@code null} where it is not there. */
  <T> @Nullable T scalar(String key, Function<String, T> parser) throws ConfigException {
    Node node = values.get(key);
    if (node == null) {
      return null;
    }
    if (!(node instanceof ScalarNode scalar)) {
      throw at(node, path(key) + " must be a single value");
    }
    try {
      return parser.apply(scalar.getValue());
    } catch (InvalidSpecException e) {
      throw at(node, path(key) + " " + e.problem());
    } catch (IllegalArgumentException e) {
      throw at(node, path(key) + " " + e.getMessage());
    }
  }

  /**
   * Hands the values of a key that has one or a list of them to {@code taker}, one by one.
   *
   * @param taker answers for which of several things a value is
   */
  void scalars(String key, Function<String, String> taker) throws ConfigException {
    for (Node item : items(key)) {
      if (!(item instanceof ScalarNode scalar)) {
        throw at(item, path(key) + " must be a value or a list of values");
      }
      try {
        String subject = taker.apply(scalar.getValue());
        places.put(ConfigPlaces.ofDisk(path(key), subject), place(item));
      } catch (IllegalArgumentException e) {
        throw at(item, path(key) + " " + e.getMessage());
      }
    }
  }

  private List<Node> items(String key) {
    List<Node> items = new ArrayList<>();
    Node node = values.get(key);
    if (node instanceof SequenceNode list) {
      items.addAll(list.getValue());
    } else if (node != null) {
      items.add(node);
    }
    return items;
  }

  /** A problem of something below this, by its field with or without the name of this. */
  ConfigException wrong(InvalidSpecException e) {
    String field = e.field().replaceFirst("^(limits|" + name + ")\\.", "");
    return places().wrong(new InvalidSpecException(path(field), e.problem()));
  }

  /** Of all sections that were read so far. */
  ConfigPlaces places() {
    return new ConfigPlaces(file, places);
  }

  private String path(String key) {
    return name.isEmpty() ? key : name + "." + key;
  }

  private static Place place(Node node) {
    return new Place(line(node), node instanceof ScalarNode scalar ? scalar.getValue() : null);
  }

  private static int line(Node node) {
    return node.getStartMark().map(mark -> mark.getLine() + 1).orElse(1);
  }

  private ConfigException at(Node node, String problem) {
    return new ConfigException(file + ":" + line(node) + ": " + problem);
  }
}
