package io.troupe.core.journal.rocks;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import org.apache.pekko.serialization.Serialization;
import org.apache.pekko.serialization.Serializers;

/**
 * A stored event or snapshot.
 *
 * @param writtenAt ms since 1970
 * @param writer the incarnation of the entity that wrote it; empty for a snapshot
 */
record Record(long writtenAt, String writer, int serializer, String manifest, byte[] payload) {
  /** Of this layout; another one gets another number. */
  private static final int VERSION = 1;

  static Record of(Object payload, long writtenAt, String writer, Serialization serialization) {
    var serializer = serialization.findSerializerFor(payload);
    return new Record(
        writtenAt,
        writer,
        serializer.identifier(),
        Serializers.manifestFor(serializer, payload),
        serializer.toBinary(payload));
  }

  Object value(Serialization serialization) {
    return serialization.deserialize(payload, serializer, manifest).get();
  }

  byte[] bytes() {
    var bytes = new ByteArrayOutputStream(payload.length + 64);
    try (var out = new DataOutputStream(bytes)) {
      out.writeByte(VERSION);
      out.writeLong(writtenAt);
      out.writeUTF(writer);
      out.writeInt(serializer);
      out.writeUTF(manifest);
      out.write(payload);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return bytes.toByteArray();
  }

  static Record read(byte[] bytes) {
    try (var in = new DataInputStream(new ByteArrayInputStream(bytes))) {
      var version = in.readByte();
      if (version != VERSION) {
        throw new IllegalStateException("a stored record has the unknown layout " + version);
      }
      return new Record(in.readLong(), in.readUTF(), in.readInt(), in.readUTF(), in.readAllBytes());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
