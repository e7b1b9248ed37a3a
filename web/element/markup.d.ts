/* markup.d.ts - what the build makes of index.html, the style sheets and markup.html. */
/* SPDX-License-Identifier: MIT */
export const markup: string;
export const styles: string;
