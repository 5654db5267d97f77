// The build writes package.json's version here; the integration tells its own, and the card asks for a reload when they differ.

declare const __PI_UPS_VERSION__: string;

export const version: string = __PI_UPS_VERSION__;
