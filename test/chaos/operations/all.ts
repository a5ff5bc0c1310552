import type { Operation } from "../step.ts";
import { connect, disconnect } from "./attachments.ts";
import { changes } from "./change-container.ts";
import { create, prune, remove, removeByApi, removeMirror } from "./networks.ts";
import { abortRun, runContainer } from "./run-container.ts";

export const operations: readonly Operation[] = [
  create,
  remove,
  removeByApi,
  removeMirror,
  prune,
  runContainer,
  abortRun,
  ...changes,
  connect,
  disconnect,
];
