// How long an edge takes until another WebSocket client of the same Home Assistant sees the state change.
import { setTimeout as sleep } from "node:timers/promises";
import type { Connection } from "home-assistant-js-websocket";
import type { HaState } from "../scripts/ha/api.ts";

interface StateChange {
  readonly data: { readonly entity_id: string; readonly new_state: HaState | null };
}

/** Flips something `count` times and gives the milliseconds until `entityId` was seen to follow. */
export async function edges(
  watcher: Connection,
  entityId: string,
  count: number,
  flip: (on: boolean) => void,
): Promise<readonly number[]> {
  let seen: (state: string) => void = () => undefined;
  const stop = await watcher.subscribeEvents<StateChange>(({ data }) => {
    if (data.entity_id === entityId && data.new_state !== null) seen(data.new_state.state);
  }, "state_changed");
  const taken: number[] = [];
  try {
    for (let n = 0; n < count; n += 1) {
      const on = n % 2 === 1;
      const follows = new Promise<number>((resolve, reject) => {
        const late = setTimeout(
          () => reject(new Error(`${entityId} did not follow edge ${n} within 5 s`)),
          5_000,
        );
        seen = (state) => {
          if (state !== (on ? "on" : "off")) return;
          clearTimeout(late);
          resolve(performance.now());
        };
      });
      const begun = performance.now();
      flip(on);
      taken.push((await follows) - begun);
      await sleep(25);
    }
  } finally {
    await stop();
  }
  return taken;
}
