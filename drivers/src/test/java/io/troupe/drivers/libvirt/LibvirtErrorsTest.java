package io.troupe.drivers.libvirt;

import static org.assertj.core.api.Assertions.assertThat;

import io.troupe.drivers.spi.DriverFailure.Kind;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.libvirt.Error.ErrorDomain;
import org.libvirt.Error.ErrorNumber;

class LibvirtErrorsTest {
  @ParameterizedTest
  @CsvSource({
    "VIR_ERR_OPERATION_TIMEOUT, VIR_FROM_QEMU, RETRYABLE",
    "VIR_ERR_AGENT_UNRESPONSIVE, VIR_FROM_QEMU, RETRYABLE",
    "VIR_ERR_SYSTEM_ERROR, VIR_FROM_RPC, RETRYABLE",
    "VIR_ERR_INTERNAL_ERROR, VIR_FROM_RPC, RETRYABLE",
    "VIR_ERR_SYSTEM_ERROR, VIR_FROM_STORAGE, HOST_FAULT",
    "VIR_ERR_INTERNAL_ERROR, VIR_FROM_QEMU, HOST_FAULT",
    "VIR_ERR_NO_MEMORY, VIR_FROM_NONE, HOST_FAULT",
    "VIR_ERR_CONFIG_UNSUPPORTED, VIR_FROM_QEMU, HOST_FAULT",
    "VIR_ERR_AUTH_FAILED, VIR_FROM_REMOTE, HOST_FAULT",
    "VIR_ERR_XML_ERROR, VIR_FROM_DOMAIN, INSTANCE_FAULT",
    "VIR_ERR_NO_DOMAIN, VIR_FROM_QEMU, INSTANCE_FAULT",
    "VIR_ERR_NO_SUPPORT, VIR_FROM_TEST, UNSUPPORTED",
    "VIR_ERR_MULTIPLE_DOMAINS, VIR_FROM_NONE, HOST_FAULT"
  })
  void codeAndOriginDecideTheKind(ErrorNumber code, ErrorDomain origin, Kind kind) {
    assertThat(LibvirtErrors.kind(code, origin)).isEqualTo(kind);
  }

  /** libvirt-java reads a code it does not know as its last one: that must be the default. */
  @Test
  void codeNewerThanTheLibraryIsAHostFault() {
    ErrorNumber last = ErrorNumber.values()[ErrorNumber.values().length - 1];

    assertThat(LibvirtErrors.kind(last, ErrorDomain.VIR_FROM_QEMU)).isEqualTo(Kind.HOST_FAULT);
  }

  @ParameterizedTest
  @EnumSource(ErrorNumber.class)
  void noCodeOfTheDomainsOwnDriverIsUnsupportedByAccident(ErrorNumber code) {
    Set<ErrorNumber> unsupported =
        Set.of(
            ErrorNumber.VIR_ERR_NO_SUPPORT,
            ErrorNumber.VIR_ERR_OPERATION_UNSUPPORTED,
            ErrorNumber.VIR_ERR_ARGUMENT_UNSUPPORTED);

    assertThat(LibvirtErrors.kind(code, ErrorDomain.VIR_FROM_QEMU) == Kind.UNSUPPORTED)
        .isEqualTo(unsupported.contains(code));
  }
}
