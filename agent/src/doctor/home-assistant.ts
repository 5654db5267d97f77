// Home Assistant: is it there, does it take the token, is the token no more than it needs to be, and is the integration
// in place and new enough?
import type { HomeAssistantFacts, IntegrationFacts, Looked } from "./facts.ts";
import { check, type Finding, run, say } from "./finding.ts";

const configured = check(
  "ha_configured",
  "Without Home Assistant the agent still shuts the Pi down, but nobody is told.",
);
const reachable = check("ha_reachable", "The agent connects to Home Assistant; nothing is polled.");
const token = check("ha_token", "The agent logs in with this token.");
const admin = check("ha_user", "A token can do all that its user can do. The agent needs no administrator.");
const integration = check("ha_integration", "The integration makes entities out of what the agent tells.");
const version = check(
  "ha_integration_version",
  "Agent and integration are made for each other in the same version.",
);

const makeUser =
  "In Home Assistant: Settings, People, Users, Add user, without Administrator. Log in as that user, open its profile, Security, and create a long-lived access token. Put it where home_assistant.token_file says.";
/** The link's sentences say first what was found, then how to mend it. */
function halves(message: string): readonly [found: string, cure: string] {
  const at = message.search(/[.)] (?=[A-Z])/);
  return at < 0 ? [message, ""] : [message.slice(0, at + 1), message.slice(at + 2)];
}

const tokenCodes: ReadonlySet<string> = new Set(["PI_UPS_HA_AUTH_INVALID", "PI_UPS_HA_TOKEN_UNREADABLE"]);

function checkTrouble({
  url,
  code,
  message,
}: Extract<HomeAssistantFacts, { kind: "trouble" }>): readonly Finding[] {
  const [found, cure] = halves(message);
  const what = `${found.replace(/\.$/, "")} (${code}).`;
  if (!tokenCodes.has(code)) {
    return [
      reachable.problem(what, say(cure === "" ? "See whether it answers:" : cure, `curl -I ${url}`)),
      token.unknown("The token could not be tried: Home Assistant was not reached."),
      integration.unknown("The integration could not be looked at: Home Assistant was not reached."),
    ];
  }
  return [
    reachable.ok(`Home Assistant answers at ${url}.`),
    token.problem(what, say(cure, "pi-ups config check")),
    integration.unknown("The integration could not be looked at without a login."),
  ];
}

function checkUser(user: Looked<{ readonly name: string; readonly isAdmin: boolean }>): Finding {
  if (!user.ok) return admin.unknown(`Whose token it is: ${user.why}.`);
  const { name, isAdmin } = user.value;
  return isAdmin
    ? admin.note(`The token belongs to ${name}, an administrator.`, say(makeUser))
    : admin.ok(`The token belongs to ${name}, who is no administrator.`);
}

/** -1, 0, 1 by the numbers of `1.10.2`; null when one of them is no version. */
export function compareVersions(a: string, b: string): number | null {
  const numbers = (text: string) => /^v?(\d+)\.(\d+)\.(\d+)/.exec(text)?.slice(1).map(Number);
  const [left, right] = [numbers(a), numbers(b)];
  if (left === undefined || right === undefined) return null;
  for (const [index, one] of left.entries()) {
    const other = right[index] ?? 0;
    if (one !== other) return one < other ? -1 : 1;
  }
  return 0;
}

function checkVersion(theirs: string | null, ours: string): Finding {
  if (theirs === null) return version.unknown("The integration does not tell its version.");
  const order = compareVersions(theirs, ours);
  if (order === null)
    return version.unknown(`The integration's version "${theirs}" cannot be compared with ${ours}.`);
  if (order >= 0) return version.ok(`The integration is version ${theirs}, the agent ${ours}.`);
  return version.note(
    `The integration is version ${theirs}, older than the agent (${ours}).`,
    say("Update it (HACS, or copy custom_components/pi_ups from this version) and restart Home Assistant."),
  );
}

const add = "In Home Assistant: Settings, Devices & services, Add integration, Pi UPS.";

function checkIntegration(found: Looked<IntegrationFacts>, ours: string): readonly Finding[] {
  if (!found.ok) return [integration.unknown(`The integration: ${found.why}.`)];
  switch (found.value.kind) {
    case "starting":
      return [integration.unknown("Home Assistant is still starting.", run("pi-ups doctor"))];
    case "missing":
      return [
        integration.problem(
          "The integration is not installed in Home Assistant.",
          say(
            `Install it (HACS, or copy custom_components/pi_ups into its configuration folder), restart Home Assistant. ${add}`,
          ),
        ),
      ];
    case "not_added":
      return [
        integration.problem("The integration is installed, but nobody added it.", say(add)),
        checkVersion(found.value.version, ours),
      ];
    case "added":
      return [
        integration.ok("The integration is installed and added."),
        checkVersion(found.value.version, ours),
      ];
  }
  return found.value satisfies never;
}

/** @param ours version of this program */
export function checkHomeAssistant(facts: HomeAssistantFacts, ours: string): readonly Finding[] {
  switch (facts.kind) {
    case "not_configured":
      return [
        configured.note(
          "Home Assistant is not configured: the agent runs alone.",
          say(
            "Add home_assistant with url and token_file to the configuration; this shows how:",
            "pi-ups config example",
          ),
        ),
      ];
    case "trouble":
      return checkTrouble(facts);
    case "logged_in":
      return [
        reachable.ok(`Home Assistant ${facts.haVersion} answers at ${facts.url}.`),
        token.ok("The token is valid."),
        checkUser(facts.user),
        ...checkIntegration(facts.integration, ours),
      ];
  }
  return facts satisfies never;
}
