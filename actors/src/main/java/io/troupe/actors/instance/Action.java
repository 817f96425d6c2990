package io.troupe.actors.instance;

/**
 * Everything that can be asked of an instance that is there, with Nova's word for it as clients
 * match it in {@code Cannot 'WORD' instance … while it is in …}. When each is legal stands in
 * {@link Legality}.
 */
public enum Action {
  DELETE("delete"),
  FORCE_DELETE("forceDelete"),
  RESTORE("restore"),
  START("start"),
  STOP("stop"),
  REBOOT_SOFT("reboot"),
  REBOOT_HARD("reboot"),
  PAUSE("pause"),
  UNPAUSE("unpause"),
  SUSPEND("suspend"),
  RESUME("resume"),
  RESCUE("rescue"),
  UNRESCUE("unrescue"),
  RESIZE("resize"),
  CONFIRM_RESIZE("confirmResize"),
  REVERT_RESIZE("revertResize"),
  MIGRATE("migrate"),
  LIVE_MIGRATE("os-migrateLive"),
  ABORT_LIVE_MIGRATION("abort live migration"),
  FORCE_COMPLETE("force_complete"),
  EVACUATE("evacuate"),
  REBUILD("rebuild"),
  CREATE_IMAGE("createImage"),
  CREATE_BACKUP("createBackup"),
  SHELVE("shelve"),
  SHELVE_OFFLOAD("shelveOffload"),
  UNSHELVE("unshelve"),
  SET_PASSWORD("changePassword"),
  TRIGGER_CRASH_DUMP("trigger_crash_dump"),
  READ_CONSOLE("os-getConsoleOutput"),
  OPEN_CONSOLE("get_vnc_console"),
  ATTACH_VOLUME("attach_volume"),
  DETACH_VOLUME("detach_volume"),
  SWAP_VOLUME("swap_volume"),
  ATTACH_INTERFACE("attach_interface"),
  DETACH_INTERFACE("detach_interface"),
  ATTACH_SHARE("attach_share"),
  DETACH_SHARE("detach_share"),
  UPDATE_METADATA("update metadata"),
  DELETE_METADATA("delete metadata"),
  UPDATE_TAGS("update tags"),
  UPDATE_TAG("update tag"),
  DELETE_TAGS("delete tags"),
  DELETE_TAG("delete tag"),
  UPDATE("update"),
  LOCK("lock"),
  UNLOCK("unlock"),
  RESET_STATE("resetState"),
  INJECT_NETWORK_INFO("injectNetworkInfo");

  private final String word;

  Action(String word) {
    this.word = word;
  }

  public String word() {
    return word;
  }
}
