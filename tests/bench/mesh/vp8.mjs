/* vp8.mjs - what an RTP packet of VP8 says of its frame (RFC 7741). */
/* SPDX-License-Identifier: MIT */

/**
 * @param {Buffer} payload of an RTP packet
 * @returns {{starts: boolean, isKey: boolean, width: number, height: number, idAt: number}|null}
 *   starts: the first packet of a frame; a size: of a key frame's first packet, else 0; idAt: where
 *   a PictureID of 15 bits is, or 0
 */
export function look(payload) {
  if (payload.length < 2) return null;
  const isExtended = (payload[0] & 0x80) !== 0;
  const starts = (payload[0] & 0x10) !== 0 && (payload[0] & 0x07) === 0;
  const extension = isExtended ? payload[1] : 0;
  let at = isExtended ? 2 : 1;
  let idAt = 0;
  if (extension & 0x80) {
    const isLong = (payload[at] & 0x80) !== 0;
    if (isLong) idAt = at;
    at += isLong ? 2 : 1;
  }
  if (extension & 0x40) at++;
  if (extension & 0x30) at++;
  const found = { starts, isKey: false, width: 0, height: 0, idAt };
  if (!starts || payload.length < at + 10 || (payload[at] & 1) !== 0) return found;
  return {
    ...found,
    isKey: true,
    width: payload.readUInt16LE(at + 6) & 0x3fff,
    height: payload.readUInt16LE(at + 8) & 0x3fff,
  };
}
