import { styleText } from 'node:util';

export type Style = Parameters<typeof styleText>[0];
export type Paint = (style: Style, text: string) => string;

/** Colours where standard output is a terminal that has them and NO_COLOR is not set. */
export const paint: Paint = (style, text) => styleText(style, text, { stream: process.stdout });

export const plain: Paint = (_style, text) => text;
