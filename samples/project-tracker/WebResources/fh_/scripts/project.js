"use strict";

/** What happens on the form of a project. */
var Freehold = window.Freehold || {};
Freehold.Project = {
  /** A finished project has no more progress to report. */
  onLoad(executionContext) {
    const form = executionContext.getFormContext();
    const stage = form.getAttribute("fh_stage");
    const lock = () => {
      const isFinished = stage.getValue() === 727000004;
      form.getControl("fh_progress").setDisabled(isFinished);
    };
    stage.addOnChange(lock);
    lock();
  },
};
