// One thing at a time: a device, a pin or a file that two requests must not use at once.

/** Runs what it is given after everything that was given before; a failure is its own caller's alone. */
export type InTurn = <T>(run: () => Promise<T>) => Promise<T>;

export function createInTurn(): InTurn {
  let last: Promise<unknown> = Promise.resolve();
  return (run) => {
    const turn = last.then(run);
    last = turn.catch(() => {});
    return turn;
  };
}
