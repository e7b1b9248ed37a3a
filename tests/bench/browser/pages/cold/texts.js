/* texts.js - what a page's texts in one language are to the floor of a cold click. */
/* SPDX-License-Identifier: MIT */
export const text = 'Join';
