/** The modules of the course: the student's progress, and the module of a folder. */

import * as vscode from "vscode";
import type { LanguageServer } from "./language_server";
import { offer, SET_ADDRESS, SIGN_IN } from "./offers";
import { SERVER_COMMANDS, type CourseModule, type ExerciseStarted, type ModuleList, type StatusChanged } from "./protocol";

const STATUS: Record<string, readonly [string, string]> = {
  not_started: ["circle-large-outline", "not started"],
  in_progress: ["play-circle", "in progress"],
  completed: ["pass-filled", "completed"],
};

interface ModuleItem extends vscode.QuickPickItem {
  readonly module: CourseModule;
}

interface Step extends vscode.QuickPickItem {
  take(): Promise<void>;
}

export class Modules {
  constructor(private readonly server: LanguageServer) {}

  /** Show the modules, and the actions for the chosen one. */
  async show(): Promise<void> {
    const course = await this.course();
    const module = course && (await pick(course, course.modules, "The modules of your course"));
    if (course === undefined || module === undefined) {
      return;
    }
    const steps: Step[] = [
      { label: "$(play) Start this exercise", take: () => this.begin(module) },
    ];
    if (module.id !== course.chosen && currentFolder() !== undefined) {
      steps.push({ label: "$(folder) Work on it in this folder", take: () => this.use(module) });
    }
    if (module.status !== "completed") {
      steps.push({ label: "$(pass) Mark as completed", take: () => this.markCompleted(module) });
    }
    if (steps.length > 0) {
      const step = await vscode.window.showQuickPick(steps, { title: module.title });
      await step?.take();
    }
  }

  /** Mark a module as completed by the student. */
  async complete(): Promise<void> {
    const course = await this.course();
    const open = course?.modules.filter(({ status }) => status !== "completed") ?? [];
    if (course && open.length === 0) {
      void vscode.window.showInformationMessage("You have completed all modules of your course.");
    }
    const module = course && open.length > 0 ? await pick(course, open, "Which module have you completed?") : undefined;
    if (module !== undefined) {
      await this.markCompleted(module);
    }
  }

  /** Lay the files of an exercise into a folder that the student chooses. */
  async start(): Promise<void> {
    const course = await this.course();
    const module = course && (await pick(course, course.modules, "Which exercise do you start?"));
    if (module !== undefined) {
      await this.begin(module);
    }
  }

  /** Choose the module of the folder. */
  async choose(): Promise<void> {
    if (currentFolder() === undefined) {
      throw new Error("Open a folder first: a module is chosen for a folder.");
    }
    const course = await this.course();
    const module = course && (await pick(course, course.modules, "Which module is this folder for?"));
    if (module !== undefined) {
      await this.use(module);
    }
  }

  /** Return the course's modules, or undefined after telling the student why there are none. */
  private async course(): Promise<ModuleList | undefined> {
    const uri = currentUri()?.toString();
    try {
      const course = await this.server.execute<ModuleList>(SERVER_COMMANDS.modules, uri === undefined ? {} : { uri });
      if (course.modules.length > 0) {
        return course;
      }
      void vscode.window.showInformationMessage("Your course has no modules.");
    } catch (error) {
      const { state } = await this.server.execute<StatusChanged>(SERVER_COMMANDS.status);
      if (state === "local") {
        offer("Modules belong to a course. To see yours, set the address of its tutor service.", SET_ADDRESS);
      } else if (state === "signedOut") {
        offer("Sign in to your course's tutor to see its modules.", SIGN_IN);
      } else {
        throw error;
      }
    }
    return undefined;
  }

  private async markCompleted({ id, title }: CourseModule): Promise<void> {
    await this.server.execute(SERVER_COMMANDS.completeModule, { moduleId: id });
    void vscode.window.showInformationMessage(`Completed: ${title}`);
  }

  /** Ask for a folder, lay the files of the exercise into a new one there, and show its statement and its program. */
  private async begin({ id }: CourseModule): Promise<void> {
    const current = currentFolder()?.uri;
    const chosen = await vscode.window.showOpenDialog({
      canSelectFiles: false,
      canSelectFolders: true,
      openLabel: "Start here",
      title: `The exercise gets a new folder, ${id}, in the folder that you choose`,
      ...(current === undefined ? {} : { defaultUri: current }),
    });
    if (chosen?.[0] === undefined) {
      return;
    }
    const folder = vscode.Uri.joinPath(chosen[0], id).toString();
    const started = await this.server.execute<ExerciseStarted>(SERVER_COMMANDS.start, { moduleId: id, folder });
    if (started.program) {
      await vscode.window.showTextDocument(vscode.Uri.parse(started.program));
    }
    await vscode.commands.executeCommand("markdown.showPreviewToSide", vscode.Uri.parse(started.statement));
    void vscode.window.showInformationMessage(started.message);
  }

  private async use({ id, title }: CourseModule): Promise<void> {
    const folder = currentFolder();
    if (folder !== undefined) {
      await this.server.execute(SERVER_COMMANDS.chooseModule, { folder: folder.uri.toString(), moduleId: id });
      void vscode.window.showInformationMessage(`Questions in ${folder.name} are now about: ${title}`);
    }
  }
}

async function pick(course: ModuleList, modules: readonly CourseModule[], title: string): Promise<CourseModule | undefined> {
  const items = modules.map((module): ModuleItem => {
    const [icon, words] = STATUS[module.status] ?? ["circle-large-outline", module.status];
    const isChosen = module.id === course.chosen;
    return {
      module,
      label: module.title,
      iconPath: new vscode.ThemeIcon(icon),
      description: isChosen ? `${words} · this folder's` : words,
    };
  });
  const item = await vscode.window.showQuickPick(items, { title, matchOnDescription: true });
  return item?.module;
}

function currentFolder(): vscode.WorkspaceFolder | undefined {
  const uri = activeUri();
  return (uri && vscode.workspace.getWorkspaceFolder(uri)) ?? vscode.workspace.workspaceFolders?.[0];
}

/** Return a document in the current folder: the open one, else a made-up one. */
function currentUri(): vscode.Uri | undefined {
  const folder = currentFolder();
  return activeUri() ?? (folder && vscode.Uri.joinPath(folder.uri, "any.py"));
}

function activeUri(): vscode.Uri | undefined {
  return vscode.window.activeTextEditor?.document.uri ?? vscode.window.activeNotebookEditor?.notebook.uri;
}
