import { randomBytes } from 'node:crypto';
import { crc32 } from 'node:zlib';

// A journal file: an 8-byte magic and 8 random bytes that name this incarnation of it, then records. A record is, little
// endian, a marker, the payload's length, a CRC-32 of length and payload, and the payload. The marker lets a reader find
// the next whole record after a damaged one.
const fileMagic = Buffer.from('OVISJRN1', 'latin1');
const marker = Buffer.from([0xf5, 0x4a, 0xc1, 0x52]);
const recordHeaderLength = 12;
/** Longer than any record we write; a larger length is damage. */
const longestPayload = 1 << 28;

export const fileHeaderLength = 16;

export interface JournalRecord {
  /** Where the record starts in the file; also what it is read again by. */
  readonly offset: number;
  readonly payload: Buffer;
}

export interface Scan {
  readonly records: readonly JournalRecord[];
  /** Where the last whole record ends. */
  readonly end: number;
  /** Bytes before `end` that belong to no whole record: damage, for an interrupted write leaves its mess at the end. */
  readonly damagedBytes: number;
}

export function newFileHeader(): Buffer {
  return Buffer.concat([fileMagic, randomBytes(fileHeaderLength - fileMagic.length)]);
}

/** The name of this incarnation of a journal, or undefined when the header is not one of ours. */
export function incarnationOf(header: Buffer): string | undefined {
  if (header.length < fileHeaderLength || !header.subarray(0, fileMagic.length).equals(fileMagic)) return undefined;
  return header.toString('hex', fileMagic.length, fileHeaderLength);
}

export function encodeRecord(payload: Uint8Array): Buffer {
  const record = Buffer.allocUnsafe(recordHeaderLength + payload.length);
  marker.copy(record, 0);
  record.writeUInt32LE(payload.length, 4);
  record.set(payload, recordHeaderLength);
  record.writeUInt32LE(checksum(record, payload.length), 8);
  return record;
}

/** The record that starts at `at`, or undefined when no whole, undamaged one does. */
export function decodeRecord(bytes: Buffer, at: number): Buffer | undefined {
  if (at + recordHeaderLength > bytes.length || !bytes.subarray(at, at + 4).equals(marker)) return undefined;
  const length = bytes.readUInt32LE(at + 4);
  const end = at + recordHeaderLength + length;
  if (length > longestPayload || end > bytes.length) return undefined;
  const record = bytes.subarray(at, end);
  return record.readUInt32LE(8) === checksum(record, length) ? record.subarray(recordHeaderLength) : undefined;
}

/** Length of a whole record whose first bytes these are. */
export function recordLength(start: Buffer): number {
  return recordHeaderLength + start.readUInt32LE(4);
}

/**
 * Every whole record in `bytes`, stepping over what is damaged.
 * @param base Offset in the file at which `bytes` starts.
 */
export function scanRecords(bytes: Buffer, base: number): Scan {
  const records: JournalRecord[] = [];
  let damagedBytes = 0;
  let end = 0;
  for (let at = 0; at >= 0 && at < bytes.length;) {
    const payload = decodeRecord(bytes, at);
    if (payload) {
      damagedBytes += at - end;
      records.push({ offset: base + at, payload });
      at += recordHeaderLength + payload.length;
      end = at;
    } else {
      at = bytes.indexOf(marker, at + 1);
    }
  }
  return { records, end: base + end, damagedBytes };
}

/** CRC-32 over the length field and the payload of a record. */
function checksum(record: Buffer, length: number): number {
  const ofLength = crc32(record.subarray(4, 8));
  return crc32(record.subarray(recordHeaderLength, recordHeaderLength + length), ofLength);
}
