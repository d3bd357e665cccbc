package dev.jobd.cli.render;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class TableTest {

  @Test
  void columnsAreAsWideAsTheirWidestCell() {
    Table table = new Table(List.of("NAME", "ID"));
    table.add(List.of("a-long-name", "1"));
    table.add(List.of("b", "22"));

    assertThat(table.render())
        .isEqualTo(
            """
            NAME         ID
            a-long-name  1
            b            22\
            """);
  }

  @Test
  void aColumnMayHaveAWidthOfItsOwn() {
    Table table = new Table(List.of("NAME", "ID"));
    table.atLeast(0, 6);
    table.atMost(0, 6);
    table.add(List.of("a", "1"));
    table.add(List.of("🙂-long-name", "2"));

    assertThat(table.render())
        .isEqualTo(
            """
            NAME    ID
            a       1
            🙂-lon…  2\
            """);
  }

  @Test
  void anEmptyCellIsADash() {
    Table table = new Table(List.of("NAME", "ID"));
    table.add(List.of("", "1"));

    assertThat(table.render()).isEqualTo("NAME  ID\n-     1");
  }

  @Test
  void aCellCannotBreakItsRow() {
    Table table = new Table(List.of("NAME", "ID"));
    table.add(List.of("x\ny\u001b[2J\u202e\u0085", "1"));

    assertThat(table.render().lines()).hasSize(2);
    assertThat(table.render()).endsWith("x\\ny\\u001b[2J\\u202e\\u0085  1");
  }

  @Test
  void ordinaryTextOfAnyLanguageIsLeftAlone() {
    assertThat(Printable.escape("Größe 日本 🙂 a\\b")).isEqualTo("Größe 日本 🙂 a\\b");
  }
}
