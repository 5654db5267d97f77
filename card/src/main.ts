// The bundle's entry: makes the elements known to the browser and the card known to Home Assistant's card picker.
// The order of these imports is the order in the bundle: styles beside styles and markup beside markup compress best.
import "lit";
import "./styles/all.ts";
import "./parts/event-list.ts";
import "./parts/body.ts";
import "./chart/trend.ts";
import { PiUpsCard } from "./card.ts";
import { PiUpsTrend } from "./chart/trend.ts";
import { PiUpsEvents } from "./parts/event-list.ts";
import { cardType, entitySuggestion } from "./suggest.ts";

interface CustomCard {
  readonly type: string;
  readonly name: string;
  readonly description: string;
  readonly preview: boolean;
  readonly documentationURL: string;
  readonly getEntitySuggestion: typeof entitySuggestion;
}

/** A page may load the bundle twice, as a dashboard resource and as an extra module. */
function define(tag: string, element: CustomElementConstructor): void {
  if (customElements.get(tag) === undefined) customElements.define(tag, element);
}

define("pi-ups-trend", PiUpsTrend);
define("pi-ups-events", PiUpsEvents);
define(cardType, PiUpsCard);

const page = window as { customCards?: CustomCard[] };
page.customCards ??= [];
if (Array.isArray(page.customCards) && !page.customCards.some((card) => card?.type === cardType)) {
  page.customCards.push({
    type: cardType,
    name: "Pi UPS",
    description: "Battery, mains and outages of a Raspberry Pi UPS.",
    preview: true,
    documentationURL: "https://github.com/pi-ups/pi-ups#the-card",
    getEntitySuggestion: entitySuggestion,
  });
}
