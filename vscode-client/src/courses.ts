/** The student's courses: join one, leave one, and choose the one of a folder. */

import * as vscode from "vscode";
import type { LanguageServer } from "./language_server";
import { offer, SET_ADDRESS, SIGN_IN } from "./offers";
import { SERVER_COMMANDS, type CourseList, type StatusChanged, type StudentCourse } from "./protocol";

interface CourseItem extends vscode.QuickPickItem {
  /** Absent for the item that joins another course. */
  readonly course?: StudentCourse;
}

interface Step extends vscode.QuickPickItem {
  take(): Promise<void>;
}

export class Courses {
  constructor(private readonly server: LanguageServer) {}

  /** Show the courses with what is left today, and the actions for the chosen one. */
  async show(): Promise<void> {
    const list = await this.list();
    if (list === undefined) {
      return;
    }
    const join: CourseItem = { label: "$(add) Join a course…" };
    const item = await vscode.window.showQuickPick([...items(list), join], { title: "Your courses" });
    if (item === join) {
      await this.join();
    }
    const course = item?.course;
    if (course === undefined) {
      return;
    }
    const document = activeUri();
    const steps: Step[] = [{ label: "$(sign-out) Leave this course", take: () => this.leave(course) }];
    if (course.slug !== list.chosen && folderOf(document) !== undefined) {
      steps.unshift({ label: "$(folder) Ask in it from this folder", take: () => this.keep(course, document) });
    }
    const step = await vscode.window.showQuickPick(steps, { title: course.title });
    await step?.take();
  }

  /** Join the course that a code or a link opens. */
  async join(): Promise<void> {
    const code = await vscode.window.showInputBox({
      title: "Join a course",
      prompt: "The code or the link that your instructor gave you",
      ignoreFocusOut: true,
    });
    if (code?.trim()) {
      const course = await this.server.execute<StudentCourse>(SERVER_COMMANDS.joinCourse, { code: code.trim() });
      void vscode.window.showInformationMessage(`You are in ${course.title} (${course.slug}), as ${course.role}.`);
    }
  }

  /** Choose the course of a document's folder. Return whether the student has chosen one. */
  async choose(document: vscode.Uri | undefined = activeUri()): Promise<boolean> {
    if (folderOf(document) === undefined) {
      throw new Error("Save the file first: a course is chosen for a folder.");
    }
    const list = await this.list(document);
    const title = "Which course is this folder for?";
    const item = list && (await vscode.window.showQuickPick(items(list), { title, ignoreFocusOut: true }));
    if (item?.course === undefined) {
      return false;
    }
    await this.keep(item.course, document);
    return true;
  }

  private async leave({ slug, title }: StudentCourse): Promise<void> {
    const leave = "Leave";
    const sure = await vscode.window.showWarningMessage(`Leave ${title}?`, { modal: true }, leave);
    if (sure === leave) {
      await this.server.execute(SERVER_COMMANDS.leaveCourse, { course: slug });
      void vscode.window.showInformationMessage(`You have left ${title}.`);
    }
  }

  private async keep({ slug, title }: StudentCourse, document: vscode.Uri | undefined): Promise<void> {
    const folder = folderOf(document);
    if (folder !== undefined) {
      const uri = document === undefined ? {} : { uri: document.toString() };
      await this.server.execute(SERVER_COMMANDS.chooseCourse, { folder: folder.toString(), course: slug, ...uri });
      const name = folder.path.slice(folder.path.lastIndexOf("/") + 1);
      void vscode.window.showInformationMessage(`Questions in ${name} are now asked in ${title}.`);
    }
  }

  /** Return the courses, or undefined after telling the student why there are none. */
  private async list(document: vscode.Uri | undefined = activeUri()): Promise<CourseList | undefined> {
    try {
      const uri = document?.toString();
      return await this.server.execute<CourseList>(SERVER_COMMANDS.courses, uri === undefined ? {} : { uri });
    } catch (error) {
      const { state } = await this.server.execute<StatusChanged>(SERVER_COMMANDS.status);
      if (state === "local") {
        offer("Courses belong to a tutor service. To see yours, set its address.", SET_ADDRESS);
      } else if (state === "signedOut") {
        offer("Sign in to your course's tutor to see your courses.", SIGN_IN);
      } else {
        throw error;
      }
      return undefined;
    }
  }
}

function items({ courses, chosen }: CourseList): CourseItem[] {
  return courses.map((course): CourseItem => {
    const left = typeof course.remainingToday === "number" ? `${course.remainingToday} left today` : undefined;
    const role = course.role === "student" ? undefined : course.role;
    const here = course.slug === chosen ? "this folder's" : undefined;
    return { course, label: course.title, description: [role, left, here].filter(Boolean).join(" · ") };
  });
}

/** Return the workspace folder of a document, else the document's own folder. Undefined if nothing is on disk. */
function folderOf(document: vscode.Uri | undefined): vscode.Uri | undefined {
  const workspace = document && vscode.workspace.getWorkspaceFolder(document)?.uri;
  const onDisk = document && (document.scheme === "file" || document.scheme === "vscode-notebook-cell");
  const own = onDisk ? vscode.Uri.joinPath(document.with({ scheme: "file", fragment: "" }), "..") : undefined;
  return workspace ?? own ?? vscode.workspace.workspaceFolders?.[0]?.uri;
}

function activeUri(): vscode.Uri | undefined {
  return vscode.window.activeTextEditor?.document.uri ?? vscode.window.activeNotebookEditor?.notebook.uri;
}
