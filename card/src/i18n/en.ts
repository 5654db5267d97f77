// The card's own words in English; the other languages have the same keys with the same parameters.
// Arguments arrive formatted ("14:31", "61 %", "1 h 10 min"). Names of events come from the integration's translations,
// "today", "yesterday" and "now" from the browser.

export const en = {
  onMains: "On mains",
  charging: "Charging",
  onBattery: "On battery",
  batteryLow: "Battery low",
  shuttingDownIn: (time: string) => `Shutting down in ${time}`,
  shuttingDownNow: "Shutting down now",
  shutDownAt: (time: string) => `Shut down at ${time}`,
  stoppedAt: (time: string) => `Agent stopped at ${time}`,
  noContactSince: (time: string) => `No contact since ${time}`,
  noContactYet: "No contact yet",
  checkUps: "Check the UPS",
  mainsUnknown: "Mains unknown",

  full: "full",
  soFar: (time: string) => `${time} so far`,
  onBatteryFor: (time: string) => `on battery for ${time}`,
  waitingForMains: "waiting for mains",
  lastKnown: (what: string) => `last known: ${what}`,
  left: "left, about",
  leftSettling: "left, still settling",
  ifPowerFails: (time: string) => `about ${time} if power fails`,
  runtimeUnknown: "runtime not known yet",
  atShutdown: "at shutdown",
  unknown: "not known",
  shutsDownAt: (pct: string) => `Shuts down at ${pct}`,

  about: (pct: string) => `about ${pct}`,
  battery: "Battery",
  flow: "Power flow",
  mains: "Mains",
  ups: "UPS",

  cancel: "Cancel",
  cancelling: "Cancelling …",
  notCancelled: (why: string) => `Not cancelled: ${why}`,
  noAnswer: "No answer within 10 s.",
  mainsCancels: "Stable mains cancels it too.",

  simulated: "Simulated",
  demo: "Demo",
  stale: "The battery figures are from an earlier read.",
  newCard: (version: string) => `Reload the page: version ${version} of this card is there.`,
  noDevice: (id: string) => `No Pi UPS has the id "${id}".`,
  noDevices: "No Pi UPS is set up in Home Assistant yet.",
  add: "Add Pi UPS",
  loading: "Loading …",
  details: "Details",

  noHistory: "No history yet",
  outages: (count: number, longest: string) =>
    count === 0
      ? "No outage"
      : count === 1
        ? `1 outage, ${longest}`
        : `${count} outages, the longest ${longest}`,

  events: "Events",
  noEvents: "No events",
  showMore: "Show more",
  syncedLate: "synced later",
  outageOf: (time: string) => `Outage of ${time}`,
  after: (time: string) => `after ${time}`,
  lowest: (pct: string) => `lowest ${pct}`,
  at: (value: string) => `at ${value}`,
  limit: (value: string) => `limit ${value}`,
  inTime: (time: string) => `in ${time}`,
  perCell: "per cell",

  /** How the run before this one ended. */
  runs: {
    none: "first run",
    shutdown: "after a clean shutdown",
    stopped: "after a stop",
    died: "the last run ended without a goodbye",
  },
  filters: { all: "All", power: "Power", battery: "Battery", shutdown: "Shutdown", faults: "Faults" },
  /** Why a shutdown comes, and what cancelled one. */
  reasons: {
    battery_percent_critical: "battery critical",
    battery_voltage_critical: "battery voltage critical",
    requested: "requested",
    mains: "mains is back",
    home_assistant: "in Home Assistant",
    cli: "on the Pi",
    contradiction: "the battery contradicts the mains signal",
  },
  trend: "History",
};

export type Strings = typeof en;
