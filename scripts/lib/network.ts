// Tells trouble with the network from other trouble, because its cure is another one.
import { Trouble } from "./trouble.ts";

const signs =
  /failed to resolve|could not resolve|temporary failure|name or service not known|network is unreachable|connection (refused|timed out|broken|reset)|no route to host|error sending request|unable to connect|tunnel|proxy/i;

/** The error, headed by `sentence` when it comes from a network that does not let us through. */
export function explained(error: unknown, sentence: string): unknown {
  if (!(error instanceof Trouble) || !signs.test(error.message)) return error;
  return new Trouble(`${sentence}\n${error.message}`, { cause: error });
}
