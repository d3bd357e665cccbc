package dev.jobd.server.auth;

/** What a role may be granted. {@code any} includes {@code own}. */
public enum Permission {
  START("start"),
  STOP_OWN("stop:own"),
  STOP_ANY("stop:any"),
  READ_OWN("read:own"),
  READ_ANY("read:any"),
  DELETE_OWN("delete:own"),
  DELETE_ANY("delete:any"),
  ADMIN("admin");

  private final String text;

  Permission(String text) {
    this.text = text;
  }

  /** As configuration and API spell it, for example {@code stop:own}. */
  @Override
  public String toString() {
    return text;
  }
}
