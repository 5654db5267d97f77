// Progress for people: one line per step, with a sign of life every ten seconds on long ones.

const startedAt = Date.now();
const lifeEveryMs = 10_000;

function stamp(): string {
  const seconds = Math.round((Date.now() - startedAt) / 1000);
  return `[${String(Math.floor(seconds / 60)).padStart(2, " ")}:${String(seconds % 60).padStart(2, "0")}]`;
}

/** Prints a line with the time since the start. */
export function say(text: string): void {
  process.stdout.write(`${stamp()} ${text}\n`);
}

/** Runs one step; `detail` inside tells what is being done at the moment. */
export async function step<T>(
  title: string,
  work: (detail: (text: string) => void) => Promise<T>,
): Promise<T> {
  const begun = Date.now();
  const seconds = (digits: number) => ((Date.now() - begun) / 1000).toFixed(digits);
  let latest = "";
  say(`${title} ...`);
  const life = setInterval(() => {
    say(`  still at it (${seconds(0)} s)${latest === "" ? "" : `: ${latest}`}`);
  }, lifeEveryMs);
  try {
    const result = await work((text) => {
      latest = text.length > 100 ? `${text.slice(0, 97)}...` : text;
    });
    say(`${title}: done in ${seconds(1)} s`);
    return result;
  } catch (error) {
    say(`${title}: failed after ${seconds(1)} s`);
    throw error;
  } finally {
    clearInterval(life);
  }
}
