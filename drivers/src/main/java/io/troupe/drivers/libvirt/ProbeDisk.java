package io.troupe.drivers.libvirt;

import java.nio.charset.StandardCharsets;

/** A disk whose boot sector writes one word to the first serial port and halts. */
final class ProbeDisk {
  static final String WORD = "TROUPE-PROBE-RUNS";

  private static final int SECTOR_BYTES = 512;

  /** More than one cylinder (516,096 bytes): the BIOS does not boot a disk that has none. */
  private static final int DISK_BYTES = 1 << 20;

  /** Real-mode x86; the BIOS loads it at 0x7C00, and the word follows right behind it. */
  private static final int[] CODE = {
    0x31, 0xC0, //             00        xor ax, ax
    0x8E, 0xD8, //             02        mov ds, ax
    0xFC, //                   04        cld
    0xBE, 0x23, 0x7C, //       05        mov si, 0x7C00 + length of this code
    0xAC, //                   08 next:  lodsb
    0x84, 0xC0, //             09        test al, al
    0x74, 0x12, //             0B        jz halt
    0x88, 0xC4, //             0D        mov ah, al
    0xBA, 0xFD, 0x03, //       0F        mov dx, 0x3FD   line status of the first serial port
    0xEC, //                   12 wait:  in al, dx
    0xA8, 0x20, //             13        test al, 0x20   ready to send
    0x74, 0xFB, //             15        jz wait
    0xBA, 0xF8, 0x03, //       17        mov dx, 0x3F8   its data
    0x88, 0xE0, //             1A        mov al, ah
    0xEE, //                   1C        out dx, al
    0xEB, 0xE9, //             1D        jmp next
    0xFA, //                   1F halt:  cli
    0xF4, //                   20 sleep: hlt
    0xEB, 0xFD, //             21        jmp sleep
  };

  private ProbeDisk() {}

  static byte[] bytes() {
    byte[] disk = new byte[DISK_BYTES];
    for (int i = 0; i < CODE.length; i++) {
      disk[i] = (byte) CODE[i];
    }
    byte[] word = (WORD + "\n").getBytes(StandardCharsets.US_ASCII);
    System.arraycopy(word, 0, disk, CODE.length, word.length); // a zero byte follows
    disk[SECTOR_BYTES - 2] = 0x55; // without this mark no BIOS boots it
    disk[SECTOR_BYTES - 1] = (byte) 0xAA;
    return disk;
  }
}
