# embed.cmake - writes the bytes of INPUT to OUTPUT as the inside of a C array.
# SPDX-License-Identifier: MIT
file(READ "${INPUT}" hex HEX)
string(REGEX REPLACE "([0-9a-f][0-9a-f])" "0x\\1," bytes "${hex}")
file(WRITE "${OUTPUT}" "${bytes}\n")
