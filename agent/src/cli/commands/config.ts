// `pi-ups config check|example|schema`.
import { didYouMean } from "../../config/suggest.ts";
import { resolvePath } from "../../platform/config-file.ts";
import type { CommandRun, Invocation } from "../command.ts";
import { UsageError } from "../exit.ts";
import { chooseConfig } from "../target.ts";
import { noWords } from "../words.ts";

const actions: Readonly<Record<string, CommandRun>> = {
  async check(invocation) {
    const [file, ...rest] = invocation.words;
    noWords("config", rest);
    const choice =
      file === undefined
        ? chooseConfig(invocation)
        : { file: resolvePath(invocation.io.folder, file), named: true };
    const { requireConfig } = await import("../full-config.ts");
    const { settingsView } = await import("../settings-view.ts");
    const loaded = requireConfig(choice, invocation, false);
    invocation.io.out(`${choice.file} is good.\n\n${settingsView(loaded)}`);
    return 0;
  },
  async example({ io, words }) {
    noWords("config", words);
    io.out((await import("../../config/example.ts")).exampleConfig());
    return 0;
  },
  async schema({ io, words }) {
    noWords("config", words);
    const { configJsonSchema } = await import("../../config/json-schema.ts");
    io.out(`${JSON.stringify(configJsonSchema(), null, 2)}\n`);
    return 0;
  },
};

export const run: CommandRun = (invocation: Invocation) => {
  const [word, ...words] = invocation.words;
  const known = Object.keys(actions);
  const action = word !== undefined && Object.hasOwn(actions, word) ? actions[word] : undefined;
  if (action !== undefined) return action({ ...invocation, words });
  const all = `Expected is one of ${known.join(", ")}.`;
  if (word === undefined) throw new UsageError(`\`pi-ups config\` needs a word. ${all}`);
  throw new UsageError(
    `\`pi-ups config\` does not know ${JSON.stringify(word)}. ${didYouMean(word, known, all)}`,
  );
};
