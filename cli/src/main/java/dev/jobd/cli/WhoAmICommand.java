package dev.jobd.cli;

import dev.jobd.api.v1.QuotaUse;
import dev.jobd.api.v1.ServerServiceGrpc;
import dev.jobd.api.v1.WhoAmIRequest;
import dev.jobd.api.v1.WhoAmIResponse;
import dev.jobd.cli.render.Printable;
import dev.jobd.cli.render.ProtoJson;
import dev.jobd.cli.render.QuotaWords;
import dev.jobd.cli.render.Table;
import java.io.IOException;
import java.util.List;
import picocli.CommandLine.Model.CommandSpec;

/** Tells who the caller is to the server. */
final class WhoAmICommand implements Command {

  @Override
  public CommandSpec spec() {
    return Options.command(this, "Prints your user name, role, permissions and quotas", "whoami");
  }

  @Override
  public int run(Invocation invocation) throws CommandFailure, IOException {
    OutputFormat format = invocation.format();
    WhoAmIResponse me =
        invocation
            .connection()
            .call(
                "ask who calls",
                ServerServiceGrpc.getWhoAmIMethod(),
                WhoAmIRequest.getDefaultInstance());
    invocation
        .console()
        .data(
            switch (format) {
              case null -> lines(me);
              case TABLE -> table(me);
              case JSON -> ProtoJson.of(me);
              case NAME -> Printable.escape(me.getUser());
            });
    return ExitCode.OK;
  }

  private static String lines(WhoAmIResponse me) {
    StringBuilder lines =
        new StringBuilder(
            "user: %s\nrole: %s\npermissions: %s"
                .formatted(
                    Printable.escape(me.getUser()),
                    Printable.escape(me.getRole()),
                    permissions(me)));
    for (QuotaUse use : me.getQuotasList()) {
      lines.append(
          "\n%s: %s of %s"
              .formatted(QuotaWords.name(use), QuotaWords.used(use), QuotaWords.limit(use)));
    }
    return lines.toString();
  }

  private static String table(WhoAmIResponse me) {
    Table table = new Table(List.of("USER", "ROLE", "PERMISSIONS"));
    table.add(List.of(me.getUser(), me.getRole(), permissions(me)));
    return me.getQuotasCount() == 0 ? table.render() : table.render() + "\n\n" + quotas(me);
  }

  private static String quotas(WhoAmIResponse me) {
    Table table = new Table(List.of("QUOTA", "USED", "LIMIT"));
    for (QuotaUse use : me.getQuotasList()) {
      table.add(List.of(QuotaWords.name(use), QuotaWords.used(use), QuotaWords.limit(use)));
    }
    return table.render();
  }

  private static String permissions(WhoAmIResponse me) {
    return String.join(", ", me.getPermissionsList());
  }
}
