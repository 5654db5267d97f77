// All styles in one place, so that the bundle holds them side by side: alike text compresses best together.
import { bannerStyles } from "./banner.ts";
import { batteryBarStyles } from "./battery-bar.ts";
import { cardStyles } from "./card.ts";
import "./event-list.ts";
import { flowStyles } from "./flow.ts";
import { headerStyles } from "./header.ts";
import { tokens } from "./tokens.ts";
import "./trend.ts";

/** Of the card's root; the trend and the event list have their own beside the tokens. */
export const styles = [tokens, cardStyles, headerStyles, batteryBarStyles, flowStyles, bannerStyles];
