// The page's side of the component tests: mounts the built card, plays Home Assistant, and counts what the card does.
// A test calls it by name, with plain data both ways.
import type { Answer, Counts, Harness, Mount, Settings } from "../support/harness-api.ts";
import { FakeConnection, hassMaker } from "./fake-home-assistant.ts";

interface CardElement extends HTMLElement {
  hass: unknown;
  preview: boolean;
  layout: string | undefined;
  setConfig(config: unknown): void;
  update(changed: unknown): void;
}

/** As Home Assistant's own card: surface, border and radius from the theme. */
class StubHaCard extends HTMLElement {
  constructor() {
    super();
    this.attachShadow({
      mode: "open",
    }).innerHTML = `<style>:host{display:block;box-sizing:border-box;background:var(--card-background-color);
      border:1px solid var(--divider-color);border-radius:12px;color:var(--primary-text-color)}</style><slot></slot>`;
  }
}
customElements.define("ha-card", StubHaCard);

let connection: FakeConnection | null = null;
let makeHass: (() => unknown) | null = null;
let card: CardElement | null = null;
let current: Mount | null = null;
let renders = 0;
const actions: unknown[] = [];
const calls: { service: string; target: unknown }[] = [];
let answer: Answer = { ok: true };

function settings(): Settings {
  return {
    language: "en",
    time_format: "24",
    number_format: "language",
    time_zone: "local",
    ...current?.settings,
  };
}

function callService(service: string, target: unknown): Promise<unknown> {
  calls.push({ service, target });
  if (answer === null) return new Promise(() => undefined);
  return "ok" in answer ? Promise.resolve() : Promise.reject(answer);
}

function give(): void {
  if (card !== null && makeHass !== null) card.hass = makeHass();
}

function put(mount: Mount): void {
  const element = document.createElement("pi-ups-card") as CardElement;
  const frame = document.createElement("div");
  frame.id = "frame";
  frame.style.inlineSize = `${mount.width ?? 460}px`;
  if (mount.height !== undefined) frame.style.blockSize = `${mount.height}px`;
  frame.dir = mount.rtl === true ? "rtl" : "ltr";
  element.setConfig({ type: "custom:pi-ups-card", ...mount.config });
  if (mount.preview !== undefined) element.preview = mount.preview;
  element.layout = mount.layout;
  const update = element.update.bind(element);
  element.update = (changed) => {
    renders += 1;
    update(changed);
  };
  card = element;
  frame.append(element);
  document.querySelector("main")?.append(frame);
  give();
}

const harness: Harness = {
  mount(mount) {
    document.querySelector("#frame")?.remove();
    current = mount;
    connection = new FakeConnection(mount.scenario);
    makeHass = hassMaker(connection, settings(), callService);
    renders = 0;
    put(mount);
  },
  /** Another card on the same connection. */
  another(): void {
    if (current !== null) put(current);
  },
  theme(name) {
    document.documentElement.dataset["theme"] = name;
  },
  /** Replaces the scenario's data and tells the card by `hass`, as a state change does. */
  become(scenario) {
    if (connection === null) return;
    const old = connection.scenario.states;
    const same = (id: string) => JSON.stringify(old[id]) === JSON.stringify(scenario.states[id]);
    const states = Object.fromEntries(
      Object.entries(scenario.states).map(([id, state]) => [id, same(id) ? (old[id] ?? state) : state]),
    );
    connection.scenario = { ...scenario, states, entities: connection.scenario.entities };
    give();
  },
  /** A state change somewhere else in the house, `count` times. */
  unrelated(count) {
    for (let index = 0; index < count; index += 1) {
      if (connection === null) return;
      const [some] = Object.values(connection.scenario.states);
      if (some === undefined) return;
      const states = { ...connection.scenario.states, "light.kitchen": { ...some, state: String(index) } };
      connection.scenario = { ...connection.scenario, states };
      give();
    }
  },
  message(message) {
    connection?.send("pi_ups/events/subscribe", message);
  },
  history(message) {
    connection?.send("history/stream", message);
  },
  reconnect(): void {
    connection?.drop();
    connection?.ready();
  },
  refuse(type, code, message) {
    connection?.refuse(type, code, message);
  },
  accept(type) {
    connection?.accept(type);
  },
  detach(): void {
    card?.remove();
  },
  attach(): void {
    if (card !== null) document.querySelector("#frame")?.append(card);
  },
  setConfig(config) {
    try {
      card?.setConfig(config);
      return null;
    } catch (error) {
      return (error as Error).message;
    }
  },
  answerWith(next) {
    answer = next;
  },
  counts(): Counts {
    const log = connection?.log ?? [];
    return {
      renders,
      open: connection?.open ?? 0,
      listeners: connection?.listeners ?? 0,
      asked: log.map((message) => message.type),
      log,
      calls,
      actions,
    };
  },
  registration() {
    const { customCards } = window as unknown as { customCards: Readonly<Record<string, unknown>>[] };
    return customCards.map((each) => ({ ...each, getEntitySuggestion: typeof each["getEntitySuggestion"] }));
  },
  suggestion(entityId) {
    const { customCards } = window as unknown as {
      customCards: { getEntitySuggestion(hass: unknown, id: string): unknown }[];
    };
    return customCards[0]?.getEntitySuggestion({ entities: current?.scenario.entities ?? {} }, entityId);
  },
  statics() {
    const element = customElements.get("pi-ups-card") as unknown as {
      getConfigForm(): { schema: unknown; computeLabel(field: { name: string }): string | undefined };
      getStubConfig(hass: unknown): unknown;
    };
    const form = element.getConfigForm();
    return {
      schema: form.schema,
      label: form.computeLabel({ name: "hours" }),
      stub: element.getStubConfig({ entities: current?.scenario.entities ?? {} }),
      emptyStub: element.getStubConfig({ entities: {} }),
      grid: (card as unknown as { getGridOptions(): unknown }).getGridOptions(),
      size: (card as unknown as { getCardSize(): number }).getCardSize(),
    };
  },
};

document.addEventListener("hass-action", (event) => actions.push((event as CustomEvent).detail));
(window as unknown as { harness: Harness }).harness = harness;
