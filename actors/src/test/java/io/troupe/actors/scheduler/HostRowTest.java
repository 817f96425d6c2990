package io.troupe.actors.scheduler;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.datatype.jdk8.Jdk8Module;
import org.junit.jupiter.api.Test;

class HostRowTest {
  private static final ObjectMapper JSON = JsonMapper.builder().addModule(new Jdk8Module()).build();

  private static final HostRow ROW =
      HostDraft.named("a")
          .machine(new Machine("QEMU", 10_002_001, "x86_64", "kvm"), "10.0.0.7")
          .row();

  @Test
  void isTheSameAfterItsWayOverTheWire() throws JsonProcessingException {
    ObjectNode sent = JSON.valueToTree(ROW);

    assertThat(JSON.treeToValue(sent, HostRow.class)).isEqualTo(ROW);
  }

  @Test
  void ofANodeThatDoesNotTellOfItsHypervisorIsRead() throws JsonProcessingException {
    ObjectNode sent = JSON.valueToTree(ROW);
    sent.remove("machine");
    sent.remove("address");

    HostRow read = JSON.treeToValue(sent, HostRow.class);

    assertThat(read).isEqualTo(HostDraft.named("a").row());
    assertThat(read.machine()).isEqualTo(Machine.UNKNOWN);
  }
}
