// What can be wrong between the agent and Home Assistant, each with a stable code and a sentence that says how to mend it.
import type { SocketEnd } from "../ports/message-socket.ts";

/** Why there is no session at the moment. */
export interface Trouble {
  /** Stable, for example `PI_UPS_HA_AUTH_INVALID`. */
  readonly code: string;
  /** For people: what was found and how to mend it. Never holds a secret. */
  readonly message: string;
}

/** What a look into Home Assistant's configuration said about the integration. */
export type Finding =
  | { readonly kind: "starting"; readonly haVersion: string }
  | { readonly kind: "not_installed"; readonly haVersion: string }
  | { readonly kind: "not_added"; readonly haVersion: string }
  | { readonly kind: "too_old"; readonly haVersion: string };

/** Trying again soon would not help, and for a wrong token it could get this address banned. */
const slowCodes: ReadonlySet<string> = new Set([
  "PI_UPS_HA_AUTH_INVALID",
  "PI_UPS_HA_BANNED",
  "PI_UPS_HA_TOKEN_UNREADABLE",
  "PI_UPS_PROTOCOL_MISMATCH",
  "PI_UPS_WRONG_USER",
  "PI_UPS_INVALID_MESSAGE",
  "PI_UPS_HA_UNAUTHORIZED",
]);

export function needsAPerson(code: string): boolean {
  return slowCodes.has(code);
}

/** The socket ended while connecting or later; `url` is safe to show. */
export function explainEnd(end: SocketEnd, url: string, wasReady: boolean): Trouble {
  if (end.code === "http 403") {
    return {
      code: "PI_UPS_HA_BANNED",
      message: `Home Assistant at ${url} refuses this machine (HTTP 403): its address may be banned. Remove it from ip_bans.yaml in Home Assistant's configuration folder and restart Home Assistant.`,
    };
  }
  if (end.code.startsWith("http ")) {
    return {
      code: "PI_UPS_HA_NOT_FOUND",
      message: `${url} answers, but not as Home Assistant's WebSocket API (${end.message}). Check home_assistant.url: scheme, port and base path.`,
    };
  }
  if (isCertificateCode(end.code)) {
    return {
      code: "PI_UPS_HA_TLS",
      message: `The certificate of ${url} is not trusted (${end.code}: ${end.message}). Use a name that is in the certificate, or name its authority's file in the environment variable NODE_EXTRA_CA_CERTS.`,
    };
  }
  if (isTlsCode(end.code)) {
    return {
      code: "PI_UPS_HA_TLS",
      message: `${url} does not answer with TLS (${end.code}). If Home Assistant is not set up for https, home_assistant.url begins with http://.`,
    };
  }
  if (wasReady) {
    return {
      code: "PI_UPS_HA_LOST",
      message: `The connection to Home Assistant at ${url} ended: ${end.message}.`,
    };
  }
  return {
    code: "PI_UPS_HA_UNREACHABLE",
    message: `Home Assistant at ${url} cannot be reached (${end.code}: ${end.message}). ${unreachableCure(end.code)}`,
  };
}

/** OpenSSL's names for a chain that does not verify; all but the `UNABLE_TO_` ones say "cert". */
function isCertificateCode(code: string): boolean {
  return code.includes("CERT") || code.startsWith("UNABLE_TO_");
}

/** The other side does not speak TLS, or not one that we know. */
function isTlsCode(code: string): boolean {
  return code === "EPROTO" || code.startsWith("ERR_SSL") || code.startsWith("ERR_TLS");
}

function unreachableCure(code: string): string {
  if (code === "ENOTFOUND" || code === "EAI_AGAIN")
    return "Check the name in home_assistant.url, or use its IP address.";
  if (code === "ECONNREFUSED") return "Is it running, and is the port right?";
  return "Check home_assistant.url and the network.";
}

export function noAnswer(what: string, url: string, ms: number): Trouble {
  return {
    code: "PI_UPS_HA_TIMEOUT",
    message: `Home Assistant at ${url} ${what} within ${ms / 1000} s.`,
  };
}

export function silent(url: string, ms: number): Trouble {
  return {
    code: "PI_UPS_HA_SILENT",
    message: `Home Assistant at ${url} did not answer for ${ms / 1000} s; the connection was ended and is made anew.`,
  };
}

export function authInvalid(url: string): Trouble {
  return {
    code: "PI_UPS_HA_AUTH_INVALID",
    message: `Home Assistant at ${url} refuses the access token. Make a new long-lived access token (in Home Assistant: your profile, Security) and put it where home_assistant.token_file or PI_UPS_HA_TOKEN says. The agent tries again every few minutes only, so that it does not get banned.`,
  };
}

export function tokenUnreadable(code: string): Trouble {
  return {
    code: "PI_UPS_HA_TOKEN_UNREADABLE",
    message: `The access token cannot be read (${code}). Check home_assistant.token_file and its permissions.`,
  };
}

export function garbled(url: string, why: string): Trouble {
  return {
    code: "PI_UPS_HA_GARBLED",
    message: `What ${url} sent is not Home Assistant's WebSocket API (${why}). Check home_assistant.url.`,
  };
}

/** Before the look into Home Assistant's configuration has an answer. */
export const integrationNotThere: Trouble = {
  code: "PI_UPS_INTEGRATION_LOADING",
  message: "Home Assistant does not know the Pi UPS integration yet; it may still be starting.",
};

export function explainFinding(finding: Finding): Trouble {
  const found = `Home Assistant ${finding.haVersion}`;
  switch (finding.kind) {
    case "starting":
      return { code: "PI_UPS_INTEGRATION_LOADING", message: `${found} is still starting.` };
    case "not_installed":
      return {
        code: "PI_UPS_INTEGRATION_MISSING",
        message: `${found} does not have the Pi UPS integration. Install it (HACS, or copy custom_components/pi_ups into its configuration folder), restart Home Assistant, then add it: Settings, Devices & services, Add integration, Pi UPS.`,
      };
    case "not_added":
      return {
        code: "PI_UPS_INTEGRATION_NOT_ADDED",
        message: `${found} has the Pi UPS integration, but nobody added it. In Home Assistant: Settings, Devices & services, Add integration, Pi UPS.`,
      };
    case "too_old":
      return {
        code: "PI_UPS_INTEGRATION_TOO_OLD",
        message: `The Pi UPS integration in ${found} does not know this agent's commands. Update the integration and restart Home Assistant.`,
      };
    default:
      return finding satisfies never;
  }
}

export function protocolUnknown(protocol: number): Trouble {
  return {
    code: "PI_UPS_PROTOCOL_MISMATCH",
    message: `The Pi UPS integration chose protocol ${protocol}, which this agent does not speak. Update the agent.`,
  };
}

/** The integration refused the hello with one of its own codes; its sentence is shown as it is. */
export function refused(code: string, message: string): Trouble {
  if (code === "unauthorized") {
    return {
      code: "PI_UPS_HA_UNAUTHORIZED",
      message:
        "Home Assistant does not let the user of this token talk to the Pi UPS integration. Use the token of a user who is active and may log in from this network.",
    };
  }
  return { code, message };
}
