import { Toast, ToastBody, ToastTitle, useToastController } from "@fluentui/react-components";

/** Where messages appear that go away by themselves. */
export const TOASTS = "toasts";

/** Says that something has been done; screen readers say it too. */
export function useNotify() {
  const { dispatchToast } = useToastController(TOASTS);
  return (title: string, details?: string) =>
    dispatchToast(
      <Toast>
        <ToastTitle>{title}</ToastTitle>
        {details && <ToastBody>{details}</ToastBody>}
      </Toast>,
      { intent: "success", timeout: 6000 },
    );
}
