// The card's own words in German.
import type { Strings } from "./en.ts";

export const de: Strings = {
  onMains: "Netzbetrieb",
  charging: "Lädt",
  onBattery: "Akkubetrieb",
  batteryLow: "Akku schwach",
  shuttingDownIn: (time) => `Fährt herunter in ${time}`,
  shuttingDownNow: "Fährt jetzt herunter",
  shutDownAt: (time) => `Heruntergefahren um ${time}`,
  stoppedAt: (time) => `Agent beendet um ${time}`,
  noContactSince: (time) => `Kein Kontakt seit ${time}`,
  noContactYet: "Noch kein Kontakt",
  checkUps: "USV prüfen",
  mainsUnknown: "Netz unbekannt",

  full: "voll",
  soFar: (time) => `seit ${time}`,
  onBatteryFor: (time) => `Akkubetrieb seit ${time}`,
  waitingForMains: "wartet auf Netz",
  lastKnown: (what) => `zuletzt: ${what}`,
  left: "übrig, etwa",
  leftSettling: "übrig, pendelt sich ein",
  ifPowerFails: (time) => `etwa ${time} bei Stromausfall`,
  runtimeUnknown: "Laufzeit noch unbekannt",
  atShutdown: "beim Herunterfahren",
  unknown: "nicht bekannt",
  shutsDownAt: (pct) => `Fährt bei ${pct} herunter`,

  about: (pct) => `etwa ${pct}`,
  battery: "Akku",
  flow: "Stromfluss",
  mains: "Netz",
  ups: "USV",

  cancel: "Abbrechen",
  cancelling: "Wird abgebrochen …",
  notCancelled: (why) => `Nicht abgebrochen: ${why}`,
  noAnswer: "Keine Antwort innerhalb von 10 s.",
  mainsCancels: "Stabiles Netz bricht es auch ab.",

  simulated: "Simuliert",
  demo: "Demo",
  stale: "Die Akkuwerte stammen von einer früheren Messung.",
  newCard: (version) => `Seite neu laden: Version ${version} dieser Karte ist da.`,
  noDevice: (id) => `Keine Pi-USV hat die Kennung „${id}“.`,
  noDevices: "In Home Assistant ist noch keine Pi-USV eingerichtet.",
  add: "Pi UPS hinzufügen",
  loading: "Lädt …",
  details: "Details",

  noHistory: "Noch kein Verlauf",
  outages: (count, longest) =>
    count === 0
      ? "Kein Stromausfall"
      : count === 1
        ? `1 Stromausfall, ${longest}`
        : `${count} Stromausfälle, der längste ${longest}`,

  events: "Ereignisse",
  noEvents: "Keine Ereignisse",
  showMore: "Mehr zeigen",
  syncedLate: "nachgereicht",
  outageOf: (time) => `Stromausfall, ${time}`,
  after: (time) => `nach ${time}`,
  lowest: (pct) => `tiefster Stand ${pct}`,
  at: (value) => `bei ${value}`,
  limit: (value) => `Grenze ${value}`,
  inTime: (time) => `in ${time}`,
  perCell: "je Zelle",

  runs: {
    none: "erster Lauf",
    shutdown: "nach sauberem Herunterfahren",
    stopped: "nach einem Stopp",
    died: "der letzte Lauf endete ohne Abschied",
  },
  filters: { all: "Alle", power: "Strom", battery: "Akku", shutdown: "Herunterfahren", faults: "Störungen" },
  reasons: {
    battery_percent_critical: "Akku kritisch",
    battery_voltage_critical: "Akkuspannung kritisch",
    requested: "angefordert",
    mains: "Netz ist wieder da",
    home_assistant: "in Home Assistant",
    cli: "auf dem Pi",
    contradiction: "der Akku widerspricht dem Netzsignal",
  },
  trend: "Verlauf",
};
