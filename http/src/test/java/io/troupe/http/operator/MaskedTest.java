package io.troupe.http.operator;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MaskedTest {
  @ParameterizedTest
  @CsvSource({
    "qemu:///system, qemu:///system",
    "fake://?hosts=20, fake://?hosts=20",
    "qemu+ssh://root:s3cret@h/system, qemu+ssh://***@h/system",
    "vmware://root@h/dc, vmware://***@h/dc",
    "vmware://a:p@ss@h/dc, vmware://***@h/dc",
    "xen://h/?password=s3cret&x=1, xen://h/?password=***&x=1",
    "qemu+tls://h/?x=1&KeyFile=s3cret, qemu+tls://h/?x=1&KeyFile=***",
    "esx://h/a@b, esx://h/a@b",
    "x://h/?api_token=$1\\, x://h/?api_token=***",
  })
  void uriLosesItsCredentials(String uri, String masked) {
    assertThat(Masked.uri(uri)).isEqualTo(masked);
  }

  @Test
  void optionsThatSoundSecretAreHidden() {
    assertThat(Masked.options(Map.of("Password", "s3cret", "pool", "default", "auth_id", "x")))
        .containsExactlyInAnyOrderEntriesOf(
            Map.of("Password", "***", "pool", "default", "auth_id", "***"));
  }

  @Test
  void textsLoseTheUriAndItsParts() {
    String text =
        Masked.text(
            "cannot reach xen://joe:s3cret@h/?token=t0k: wrong password s3cret, t0k, 0pt for joe",
            "xen://joe:s3cret@h/?token=t0k",
            Map.of("password", "0pt", "pool", "default"));

    assertThat(text).doesNotContain("s3cret", "t0k", "0pt", "joe").contains("cannot reach xen://");
  }
}
